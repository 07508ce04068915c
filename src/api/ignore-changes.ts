import { z } from 'zod';
import type { IgnoreChange } from '../store/ignore-rules.ts';
import type { Store } from '../store/store.ts';
import { findVulnerabilities } from './find-vulnerability.ts';
import { errors } from './protocol/errors.ts';
import { list, text } from './protocol/fields.ts';

const MOST_VULNERABILITIES = 1_000;

/** Parameters of the actions that make and remove ignore rules. */
export const IgnoreVul = z.strictObject({
  List: list(
    z.strictObject({
      PocID: text().describe('Id of the vulnerability: POCID of a list; its number alone will do'),
      ImageIDs: list(text())
        .describe(
          'Image ids (config digests); manifest digests and Ids of rows are taken, too. Every image when absent or empty',
        )
        .optional(),
      ImageType: text().describe('REGISTRY, which is the default, or LOCAL: there are no local images here').optional(),
    }),
    MOST_VULNERABILITIES,
  ).describe(`Vulnerabilities, at most ${MOST_VULNERABILITIES}, and the images in which they are ignored`),
});

const imageTypes = ['REGISTRY', 'LOCAL'];
const DIGITS = /^\d+$/;

/**
 * What is asked for, in our own words. Each vulnerability must exist, and each image, too; `mayBeGone`: but an image id
 * that is not listed any more is taken as it is, because a rule may still name it. What is asked for local images is
 * checked, and left out.
 */
export async function toIgnoreChanges(
  input: z.output<typeof IgnoreVul>,
  store: Pick<Store, 'vulnerabilities' | 'ignoreRules'>,
  mayBeGone: boolean,
): Promise<readonly IgnoreChange[]> {
  if (input.List.length === 0)
    throw errors.invalidValue('List', '[]', 'it must name at least one vulnerability', '至少应包含一个漏洞');
  for (const { ImageType } of input.List) {
    if (ImageType && !imageTypes.includes(ImageType.toUpperCase()))
      throw errors.invalidValue('ImageType', ImageType, 'it must be REGISTRY or LOCAL', '应为 REGISTRY 或 LOCAL');
  }
  const numbers = await findVulnerabilities(
    store.vulnerabilities,
    input.List.map(({ PocID }) => PocID),
  );
  const wanted = input.List.flatMap(({ ImageIDs, ImageType }, index) =>
    ImageType?.toUpperCase() === 'LOCAL'
      ? []
      : [{ number: numbers[index] ?? 0, images: (ImageIDs ?? []).map((image) => image.trim()) }],
  );
  const resolved = await store.ignoreRules.resolveImages(wanted.flatMap(({ images }) => images));
  const toImageId = (image: string): string => {
    const imageId = resolved.get(image) ?? (mayBeGone && !DIGITS.test(image) ? image : undefined);
    if (imageId === undefined || image === '') throw errors.namedImageNotFound(image);
    return imageId;
  };
  return wanted.map(({ number, images }) =>
    images.length > 0 ? { number, imageIds: images.map(toImageId) } : { number },
  );
}
