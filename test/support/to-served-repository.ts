import type { BuiltImage } from '../../demo/build-image.ts';
import type { BuiltBlob } from '../../demo/build-layer.ts';
import type { ServedManifest, ServedRepository } from '../../demo/serve-registry.ts';
import type { Digest } from '../../src/model/digest.ts';

export interface TaggedImage {
  readonly tag: string;
  readonly image: BuiltImage;
}

/** A repository of built images, one per tag, as `serveRegistry` takes it; a test may change its maps. */
export function toServedRepository(
  name: string,
  images: readonly TaggedImage[],
): ServedRepository & { readonly blobs: Map<Digest, Uint8Array> } {
  const tags = new Map<string, Digest>();
  const manifests = new Map<Digest, ServedManifest>();
  const blobs = new Map<Digest, Uint8Array>();
  const put = (blob: BuiltBlob) => blobs.set(blob.digest, blob.bytes);
  for (const { tag, image } of images) {
    tags.set(tag, image.manifest.digest);
    manifests.set(image.manifest.digest, { mediaType: image.manifest.mediaType, body: image.manifest.bytes });
    for (const blob of [image.config, ...image.layers]) put(blob);
  }
  return { name, tags, manifests, blobs };
}
