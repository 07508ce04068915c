import type { z } from 'zod';
import type { Image } from '../model/image.ts';
import type { Store } from '../store/store.ts';
import { type ImageInfo, toCoordinates } from './image-info.ts';
import { errors } from './protocol/errors.ts';

/** The image of an Id or of coordinates; the Id wins, and one of them must be given. */
export async function findImage(
  images: Store['images'],
  input: { readonly Id?: number | undefined; readonly ImageInfo?: z.output<typeof ImageInfo> | undefined },
): Promise<Image> {
  if (input.Id === undefined && input.ImageInfo === undefined) throw errors.missingParameter('Id');
  const ids =
    input.Id === undefined && input.ImageInfo
      ? await images.select({ coordinates: [toCoordinates(input.ImageInfo)] })
      : [input.Id];
  const image = ids[0] === undefined ? undefined : await images.get(ids[0]);
  if (!image) throw errors.imageNotFound();
  return image;
}
