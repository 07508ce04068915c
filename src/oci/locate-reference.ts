import type { LocatedRunningImage, RunningImage } from '../model/running-image.ts';
import { parseReference, registryUrl } from './parse-reference.ts';

/** Says where the reference of an image without a digest leads; without a location nobody will find it. */
export function locateReference(image: RunningImage): LocatedRunningImage {
  if (image.digests.length > 0) return image;
  try {
    const { registry, repository, tag, digest } = parseReference(image.reference);
    if (digest !== undefined) return { ...image, digests: [digest] };
    if (tag === undefined) return image;
    return { ...image, location: { address: `${new URL(registryUrl(registry)).host}/${repository}`, tag } };
  } catch {
    return image; // a container may be of an image that has no name
  }
}
