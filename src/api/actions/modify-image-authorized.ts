import { z } from 'zod';
import type { ImageSelection } from '../../store/image-query.ts';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { imageFilters, toImageConditions } from '../image-filters.ts';
import { toIdsAndDigests } from '../image-ids.ts';
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
 * Authorises registry images for scanning. UpdatedRegistryImageCnt caps how many that are not authorised yet, newest first; what the
 * limit of this server leaves no room for is refused as a whole; then AllRegistryImages
 * wins over RegistryImageIds over RegistryImageFilter. The parameters of local images are accepted: there are none here.
 */
export const modifyImageAuthorized = defineAction({
  name: 'ModifyImageAuthorized',
  description: 'Authorise images for scanning',
  writes: true,
  filters: imageFilters,
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
    if (input.UpdatedRegistryImageCnt === 0) return {};
    const selection = toSelection(input);
    const { refused } = await store.authorizations.authorize({
      selection,
      cap: input.UpdatedRegistryImageCnt,
      type: 'manual',
    });
    if (refused > 0) throw errors.authorizedNotEnough(refused);
    return {};
  },
});

/** @throws ApiError MissingParameter when no image is chosen: an empty list is not given, it must not mean all. */
function toSelection(input: Input): ImageSelection {
  if (input.AllRegistryImages) return { all: true };
  if (input.RegistryImageIds?.length) {
    const { ids, digests } = toIdsAndDigests(input.RegistryImageIds);
    return { ids, digests };
  }
  if (!input.RegistryImageFilter?.length && !input.OnlyShowLatest) throw errors.missingParameter('RegistryImageFilter');
  const excluded = toIdsAndDigests(input.ExcludeRegistryImageIds ?? []);
  return {
    conditions: toImageConditions(input.RegistryImageFilter),
    excludeIds: excluded.ids,
    excludeDigests: excluded.digests,
    latestOnly: input.OnlyShowLatest ?? false,
  };
}
