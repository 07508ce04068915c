import type { BuiltImage } from '../../demo/build-image.ts';
import type { BuiltBlob } from '../../demo/build-layer.ts';
import type { TestImage } from './create-test-image.ts';

/** A built image as `pushImage` takes it. */
export function toPushed({ manifest, config, layers }: BuiltImage): TestImage {
  const toContent = ({ digest, mediaType, bytes }: BuiltBlob) => ({ digest, mediaType, body: Buffer.from(bytes) });
  return { manifest: toContent(manifest), config: toContent(config), layers: layers.map(toContent) };
}
