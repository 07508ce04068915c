import type { SkipReason } from '../model/registry.ts';
import { isImageConfigMediaType, isImageManifestMediaType, isIndexMediaType } from './media-types.ts';
import type { OciImageConfig } from './parse-config.ts';
import type { IndexChild, OciImageManifest, OciIndex } from './parse-manifest.ts';

// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md and the referrers tag schema of the distribution spec
const COMPANION_TAG = /^sha256-[0-9a-f]{64}(?:\.(sig|att|sbom))?$/;
const companionReasons: Readonly<Record<string, SkipReason>> = { sig: 'signature', att: 'attestation', sbom: 'sbom' };

const TYPE_WORDS: readonly (readonly [RegExp, SkipReason])[] = [
  [/simplesigning|signature|notary|notation|cosign\.sig/, 'signature'],
  [/sbom|spdx|cyclonedx|syft/, 'sbom'],
  [/in-toto|dsse|attestation|sigstore\.bundle|provenance/, 'attestation'],
  [/helm/, 'chart'],
];
// https://github.com/opencontainers/image-spec/blob/main/layer.md and Docker's schema 2 types
const LAYER_TYPE =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+(?:gzip|zstd|estargz))?|docker\.image\.rootfs\.(?:diff|foreign\.diff)\.tar(?:\.gzip|\.zstd)?)(?:\+encrypted)?$/;
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** Why a tag is not an image, told by its name alone; undefined = look at its manifest. */
export function classifyTag(tag: string): SkipReason | undefined {
  const match = COMPANION_TAG.exec(tag);
  if (match === null) return undefined;
  return companionReasons[match[1] ?? ''] ?? 'artifact';
}

/** Why a whole index holds no images. */
export function classifyIndex(index: OciIndex): SkipReason | undefined {
  if (index.artifactType !== undefined) return reasonForType(index.artifactType);
  return index.subject === undefined ? undefined : 'artifact';
}

/** Why an entry of an index is not an image, told without fetching it. */
export function classifyIndexChild(child: IndexChild): SkipReason | undefined {
  const referenceType = child.annotations['vnd.docker.reference.type'];
  if (referenceType === 'attestation-manifest') return 'attestation';
  if (referenceType !== undefined) return reasonForType(referenceType);
  // For an image it may hold the type of its config: https://github.com/opencontainers/image-spec/blob/main/descriptor.md
  if (child.artifactType !== undefined && !isImageConfigMediaType(child.artifactType)) {
    return reasonForType(child.artifactType);
  }
  if (isIndexMediaType(child.mediaType)) return 'manifest-unsupported';
  if (!isImageManifestMediaType(child.mediaType)) {
    // A BuildKit cache index lists layers and a cache config where manifests belong.
    const isManifest = child.mediaType.includes('manifest');
    return isManifest ? 'manifest-unsupported' : reasonForType(child.mediaType);
  }
  if (child.platform?.os === 'unknown' && child.platform.architecture === 'unknown') return 'platform-unknown';
  return undefined;
}

/** Why an image manifest is not a runnable image: signatures, SBOMs, charts and caches borrow its shape. */
export function classifyImageManifest(manifest: OciImageManifest): SkipReason | undefined {
  const [firstLayer] = manifest.layers;
  if (manifest.artifactType !== undefined && !isImageConfigMediaType(manifest.artifactType)) {
    return reasonForType(manifest.artifactType);
  }
  if (!isConfigOfImage(manifest)) {
    const reason = reasonForType(manifest.config.mediaType);
    return reason === 'artifact' && firstLayer !== undefined ? reasonForType(firstLayer.mediaType) : reason;
  }
  // cosign and BuildKit use an ordinary image config; only the layers give them away.
  if (firstLayer !== undefined && !manifest.layers.some((layer) => LAYER_TYPE.test(layer.mediaType))) {
    return reasonForType(firstLayer.mediaType);
  }
  return manifest.subject === undefined ? undefined : 'artifact';
}

/** Last look, when the config is known: BuildKit marks what cannot run as unknown/unknown. */
export function classifyConfig(config: OciImageConfig): SkipReason | undefined {
  return config.os === 'unknown' && config.architecture === 'unknown' ? 'platform-unknown' : undefined;
}

function isConfigOfImage(manifest: OciImageManifest): boolean {
  if (isImageConfigMediaType(manifest.config.mediaType)) return true;
  // Docker 1.10 pushed real images with this type: https://github.com/distribution/distribution/issues/1622
  return manifest.mediaType === DOCKER_MANIFEST && manifest.config.mediaType === 'application/octet-stream';
}

function reasonForType(mediaType: string): SkipReason {
  const lower = mediaType.toLowerCase();
  for (const [word, reason] of TYPE_WORDS) if (word.test(lower)) return reason;
  return 'artifact';
}
