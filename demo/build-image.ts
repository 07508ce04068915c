import { defaultPlatform, type Platform } from '../src/oci/platform.ts';
import { type BuiltBlob, type BuiltLayer, toBlob } from './build-layer.ts';

/** An image down to its last byte: every digest is true. */
export interface BuiltImage {
  readonly manifest: BuiltBlob;
  readonly config: BuiltBlob;
  /** Lowest first. */
  readonly layers: readonly BuiltBlob[];
  readonly platform: Platform;
  /** What an index says about this image. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageOptions {
  /** Default linux/amd64. */
  readonly platform?: Platform;
  /** RFC 3339; absent = the config does not say. */
  readonly created?: string;
  readonly layers: readonly BuiltLayer[];
  /** Docker's container settings: `User`, `Env`, `Cmd`, `Labels`, `ExposedPorts` … */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly history?: readonly {
    readonly created?: string;
    readonly created_by?: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

export function buildImage({
  platform = defaultPlatform,
  created,
  layers,
  config = {},
  history,
}: ImageOptions): BuiltImage {
  const configBlob = toJsonBlob(CONFIG_TYPE, {
    ...(created === undefined ? {} : { created }),
    ...platformFields(platform),
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    ...(history === undefined ? {} : { history }),
  });
  return { manifest: buildManifest(configBlob, layers), config: configBlob, layers, platform };
}

/** One entry per image, with its platform and annotations; attestations are entries too. */
export function buildIndex(images: readonly BuiltImage[]): BuiltBlob {
  return toJsonBlob(INDEX_TYPE, {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: images.map(({ manifest, platform, annotations }) => ({
      ...descriptor(manifest),
      ...(annotations === undefined ? {} : { annotations }),
      platform: platformFields(platform),
    })),
  });
}

/** What BuildKit puts beside an image: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
export function buildAttestation(image: BuiltImage): BuiltImage {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'pkg:docker/demo', digest: { sha256: image.manifest.digest.slice('sha256:'.length) } }],
    predicate: { buildType: 'https://mobyproject.org/buildkit@v1' },
  };
  const blob = toJsonBlob(IN_TOTO_TYPE, statement);
  const platform: Platform = { os: 'unknown', architecture: 'unknown' };
  const config = toJsonBlob(CONFIG_TYPE, {
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: [blob.digest] },
  });
  return {
    manifest: buildManifest(config, [blob]),
    config,
    layers: [blob],
    platform,
    annotations: {
      'vnd.docker.reference.digest': image.manifest.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  };
}

function buildManifest(config: BuiltBlob, layers: readonly BuiltBlob[]): BuiltBlob {
  return toJsonBlob(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(config),
    layers: layers.map(descriptor),
  });
}

function toJsonBlob(mediaType: string, value: unknown): BuiltBlob {
  return toBlob(mediaType, Buffer.from(JSON.stringify(value)));
}

function descriptor({ mediaType, digest, size }: BuiltBlob) {
  return { mediaType, digest, size };
}

function platformFields({ os, architecture, variant, osVersion }: Platform) {
  return {
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { 'os.version': osVersion }),
  };
}
