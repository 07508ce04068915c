import { createHash } from 'node:crypto';
import type { ServedManifest, ServedRepository } from '../../demo/serve-registry.ts';
import type { Digest } from '../../src/model/digest.ts';

/** A repository whose content a test changes between two walks. */
export interface EditableRepository extends ServedRepository {
  readonly tags: Map<string, Digest>;
  readonly manifests: Map<Digest, ServedManifest>;
  readonly blobs: Map<Digest, Uint8Array>;
}

export const editableRepository = (name: string): EditableRepository => ({
  name,
  tags: new Map(),
  manifests: new Map(),
  blobs: new Map(),
});

const sha256 = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const OCI = 'application/vnd.oci.image';

function putManifest(repository: EditableRepository, mediaType: string, value: object): Digest {
  const body = json({ schemaVersion: 2, mediaType, ...value });
  const digest = sha256(body);
  repository.manifests.set(digest, { mediaType, body });
  return digest;
}

function putBlob(repository: EditableRepository, bytes: Uint8Array): { digest: Digest; size: number } {
  const digest = sha256(bytes);
  repository.blobs.set(digest, bytes);
  return { digest, size: bytes.byteLength };
}

export interface PutImage {
  readonly seed: string;
  readonly created?: string;
  readonly architecture?: string;
  readonly manifest?: object;
}

/** An image whose one layer is a few bytes: for walks that read manifests and configs only. */
export function putImage(
  repository: EditableRepository,
  { seed, created = '2026-01-01T00:00:00Z', architecture = 'amd64', manifest = {} }: PutImage,
): Digest {
  const layer = putBlob(repository, Buffer.from(`layer ${seed}`));
  const config = putBlob(
    repository,
    json({
      created,
      os: 'linux',
      architecture,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [{ created_by: `COPY ${seed} /` }],
    }),
  );
  return putManifest(repository, `${OCI}.manifest.v1+json`, {
    config: { mediaType: `${OCI}.config.v1+json`, ...config },
    layers: [{ mediaType: `${OCI}.layer.v1.tar+gzip`, ...layer }],
    ...manifest,
  });
}

/** A manifest that is not an image, such as a Helm chart. */
export function putArtifact(repository: EditableRepository, configMediaType: string): Digest {
  const config = putBlob(repository, json({ name: configMediaType }));
  return putManifest(repository, `${OCI}.manifest.v1+json`, {
    config: { mediaType: configMediaType, ...config },
    layers: [],
  });
}

/** An index of images, one per platform; an attestation is what BuildKit adds. */
export function putIndex(
  repository: EditableRepository,
  children: readonly { digest: Digest; architecture: string; attestation?: boolean }[],
): Digest {
  return putManifest(repository, `${OCI}.index.v1+json`, {
    manifests: children.map(({ digest, architecture, attestation }) => ({
      mediaType: `${OCI}.manifest.v1+json`,
      digest,
      size: repository.manifests.get(digest)?.body.byteLength ?? 0,
      platform: attestation ? { os: 'unknown', architecture: 'unknown' } : { os: 'linux', architecture },
      ...(attestation ? { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } } : {}),
    })),
  });
}
