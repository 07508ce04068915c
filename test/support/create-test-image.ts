import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Digest } from '../../src/model/digest.ts';
import { parseDigest } from '../../src/oci/parse-digest.ts';

export interface Content {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** A small image, valid to the last digest: one gzip layer that holds an empty tar. */
export interface TestImage {
  readonly manifest: Content;
  readonly config: Content;
  readonly layers: readonly Content[];
}

/** Content with its true digest. */
export function toContent(mediaType: string, body: Buffer | string): Content {
  const bytes = Buffer.from(body);
  return { digest: digestOf(bytes), mediaType, body: bytes };
}

export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** `seed` makes images differ; `layerTars` are uncompressed tar archives. */
export function createTestImage(seed: string, layerTars: readonly Buffer[] = [Buffer.alloc(10_240)]): TestImage {
  const layers = layerTars.map((tar) => toContent('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar)));
  const config = toContent(
    'application/vnd.oci.image.config.v1+json',
    JSON.stringify({
      created: '2024-01-02T03:04:05Z',
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: { seed } },
      rootfs: { type: 'layers', diff_ids: layerTars.map(digestOf) },
    }),
  );
  const manifest = toContent(
    'application/vnd.oci.image.manifest.v1+json',
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: descriptor(config),
      layers: layers.map(descriptor),
    }),
  );
  return { manifest, config, layers };
}

/** An index over images, one per platform such as `linux/amd64`. */
export function createTestIndex(images: Readonly<Record<string, TestImage>>): Content {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = Object.entries(images).map(([platform, image]) => {
    const [os, architecture] = platform.split('/');
    return { ...descriptor(image.manifest), platform: { os, architecture } };
  });
  return toContent(mediaType, JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
}

function descriptor({ mediaType, digest, body }: Content) {
  return { mediaType, digest, size: body.byteLength };
}
