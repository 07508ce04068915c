import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltImage } from '../../demo/build-image.ts';
import type { BuiltBlob } from '../../demo/build-layer.ts';

/**
 * Writes an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md) whose tag `latest`
 * is `top`: an image's manifest or an index over the images.
 */
export async function writeLayout(folder: string, top: BuiltBlob, images: readonly BuiltImage[]): Promise<void> {
  const blobs = [top, ...images.flatMap((image) => [image.manifest, image.config, ...image.layers])];
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  for (const blob of blobs) await writeFile(join(folder, 'blobs', blob.digest.replace(':', '/')), blob.bytes);
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const descriptor = {
    mediaType: top.mediaType,
    digest: top.digest,
    size: top.size,
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  };
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
}
