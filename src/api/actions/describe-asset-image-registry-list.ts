import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { imageFilters, toImageConditions } from '../image-filters.ts';
import { imageSortKeys } from '../image-sort-keys.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { boolean, text, unsigned } from '../protocol/fields.ts';
import { toImageRepoInfo } from '../to-image-repo-info.ts';

/** All images of all registries with their complete security state, newest build first unless By says otherwise. */
export const describeAssetImageRegistryList = defineAction({
  name: 'DescribeAssetImageRegistryList',
  description: 'List registry images',
  writes: false,
  filters: imageFilters,
  sortKeys: imageSortKeys,
  input: z.strictObject({
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
    Filters: Filters.optional(),
    By: text().optional(),
    Order: text().optional(),
    OnlyShowLatest: boolean().optional(),
    IsRunning: boolean().optional(),
  }),
  handle: async (input, { store, language }) => {
    const { rows, total } = await store.images.list({
      conditions: toImageConditions(input.Filters),
      latestOnly: input.OnlyShowLatest ?? false,
      // false means no restriction, not "only stopped ones"
      runningOnly: input.IsRunning ?? false,
      sort: { key: toSortKey(input.By, imageSortKeys, 'createdAt'), direction: toDirection(input.Order) },
      ...toPage(input),
    });
    return { TotalCount: total, List: rows.map((image) => toImageRepoInfo(image, language)) };
  },
});
