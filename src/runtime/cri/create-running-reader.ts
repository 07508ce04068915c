import { z } from 'zod';
import type { Digest } from '../../model/digest.ts';
import type { RunningImage } from '../../model/running-image.ts';
import { toDigest } from '../../oci/to-digest.ts';
import type { ContainerList, CriContainer } from './create-container-list.ts';
import type { CriClient } from './cri-client.ts';
import { readPlatform } from './read-platform.ts';

const Name = z.string().max(1_024);
const Names = z.array(Name).max(10_000);
const ImageStatus = z.object({
  image: z.object({ id: Name, repoTags: Names, repoDigests: Names }).nullish(),
  info: z.record(z.string(), z.string()),
});

const KNOWN_IMAGES = 20_000;

/** Images are looked at once: what their ids stand for never changes, but for the digests of a later pull. */
export function createRunningReader(
  client: CriClient,
  list: ContainerList,
  signal: AbortSignal,
): () => Promise<readonly RunningImage[]> {
  const known = new Map<string, RunningImage>();
  return async () => {
    const byImage = Map.groupBy(await list.read(), ({ imageId, imageRef }) => imageId || imageRef);
    const images: RunningImage[] = [];
    for (const [key, containers] of byImage) {
      const found = known.get(key) ?? (await inspect(client, key, containers[0], signal));
      if (known.size < KNOWN_IMAGES) known.set(key, found);
      images.push({ ...found, containers: containers.length });
    }
    for (const key of known.keys()) if (!byImage.has(key)) known.delete(key);
    return images;
  };
}

/**
 * `imageRef` of a container is the digest of the config in containerd, and of the manifest or index in CRI-O; the image service
 * knows the others.
 */
async function inspect(
  client: CriClient,
  key: string,
  container: CriContainer | undefined,
  signal: AbortSignal,
): Promise<RunningImage> {
  // An image may be removed while its containers run: then what its containers say is all that is known.
  const request = { image: { image: key }, verbose: true };
  const { image, info } = await client.ask('ImageService/ImageStatus', request, ImageStatus, signal);
  const { imageRef, image: spec } = container ?? {};
  const digests = [image?.id, key, imageRef, ...(image?.repoDigests ?? [])]
    .map((text) => toDigest(text ?? ''))
    .filter((digest): digest is Digest => digest !== undefined);
  // The kubelet creates containers by the id of the image, and keeps beside it what the pod says.
  const reference = spec?.userSpecifiedImage || image?.repoTags[0] || spec?.image || key;
  const platform = readPlatform(info.info);
  return {
    digests: [...new Set(digests)],
    reference,
    ...(platform === undefined ? {} : { platform }),
    containers: 0,
  };
}
