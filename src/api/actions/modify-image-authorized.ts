import { z } from 'zod';
import type { ImageSelection } from '../../store/image-query.ts';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { toImageConditions } from '../image-filters.ts';
import { errors } from '../protocol/errors.ts';
import { boolean, list, text, unsigned } from '../protocol/fields.ts';

const Input = z.strictObject({
  AllLocalImages: boolean(),
  AllRegistryImages: boolean(),
  UpdatedLocalImageCnt: unsigned(),
  UpdatedRegistryImageCnt: unsigned(),
  ImageSourceType: text(),
  LocalImageFilter: Filters.optional(),
  RegistryImageFilter: Filters.optional(),
  ExcludeLocalImageIds: list(text()).optional(),
  ExcludeRegistryImageIds: list(text()).optional(),
  LocalImageIds: list(text()).optional(),
  RegistryImageIds: list(text()).optional(),
  OnlyShowLatest: boolean().optional(),
});
type Input = z.output<typeof Input>;

/**
 * Authorises registry images for scanning. UpdatedRegistryImageCnt caps everything, newest first; then AllRegistryImages
 * wins over RegistryImageIds over RegistryImageFilter. The parameters of local images are accepted: there are none here.
 */
export const modifyImageAuthorized = defineAction({
  name: 'ModifyImageAuthorized',
  description: 'Authorise images for scanning',
  writes: true,
  input: Input,
  handle: async (input, { store }) => {
    if (!['ASSETIMAGE', 'IMAGEALL'].includes(input.ImageSourceType)) {
      throw errors.invalidValue(
        'ImageSourceType',
        input.ImageSourceType,
        'it must be ASSETIMAGE or IMAGEALL',
        '应为 ASSETIMAGE 或 IMAGEALL',
      );
    }
    const selection = toSelection(input);
    if (selection && input.UpdatedRegistryImageCnt > 0)
      await store.images.authorize(selection, input.UpdatedRegistryImageCnt);
    return {};
  },
});

function toSelection(input: Input): ImageSelection | undefined {
  if (input.AllRegistryImages) return { all: true };
  if (input.RegistryImageIds?.length) {
    const { ids, digests } = idsAndDigests(input.RegistryImageIds);
    return { ids, digests };
  }
  if (input.RegistryImageFilter === undefined && !input.OnlyShowLatest) return undefined;
  const excluded = idsAndDigests(input.ExcludeRegistryImageIds ?? []);
  return {
    conditions: toImageConditions(input.RegistryImageFilter),
    excludeIds: excluded.ids,
    excludeDigests: excluded.digests,
    latestOnly: input.OnlyShowLatest ?? false,
  };
}

/** The documentation's examples show digests where the rest of the family uses numeric ids: both are taken. */
function idsAndDigests(values: readonly string[]): {
  readonly ids: readonly number[];
  readonly digests: readonly string[];
} {
  return {
    ids: values
      .filter((value) => /^\d+$/.test(value))
      .map(Number)
      .filter(Number.isSafeInteger),
    digests: values.filter((value) => !/^\d+$/.test(value)),
  };
}
