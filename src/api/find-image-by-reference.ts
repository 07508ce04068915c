import type { Image } from '../model/image.ts';
import type { Store } from '../store/store.ts';
import { errors } from './protocol/errors.ts';

const DIGITS = /^\d{1,16}$/;

/** The image of an image id (config digest), manifest digest or Id; the newest row where several list it. */
export async function findImageByReference(images: Store['images'], reference: string): Promise<Image> {
  const image = DIGITS.test(reference)
    ? await images.get(Number(reference))
    : ((await images.findByImageId(reference)) ?? (await findByDigest(images, reference)));
  if (!image) throw errors.imageNotFound();
  return image;
}

async function findByDigest(images: Store['images'], digest: string): Promise<Image | undefined> {
  const { rows } = await images.list({
    conditions: [{ kind: 'text', field: 'digest', match: 'equals', values: [digest] }],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'desc' },
    offset: 0,
    limit: 1,
  });
  return rows[0];
}
