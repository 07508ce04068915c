import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { simpleImageFilters, simpleImageSortKeys } from '../simple-image-list.ts';

/** All registry images, newest row first; ImageType is the type of the registry. There are no hosts here. */
export const describeImageSimpleList = defineAction({
  name: 'DescribeImageSimpleList',
  description: 'List images in short, with their type',
  writes: false,
  filters: simpleImageFilters,
  sortKeys: simpleImageSortKeys,
  input: z.strictObject({
    Filters: Filters.optional(),
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
    Order: text().optional(),
    By: text().optional(),
  }),
  handle: async (input, { store }) => {
    const { rows, total } = await store.images.list({
      conditions: toConditions(input.Filters, simpleImageFilters),
      latestOnly: false,
      runningOnly: false,
      sort: { key: toSortKey(input.By, simpleImageSortKeys, 'id'), direction: toDirection(input.Order) },
      ...toPage(input),
    });
    return {
      ImageCnt: total,
      ImageList: rows.map((image) => ({
        ImageID: image.imageId,
        ImageName: `${image.address}:${image.tag}`,
        Size: image.size,
        ImageType: image.registryType,
        ContainerCnt: image.containers ?? null,
        HostCnt: 0,
      })),
    };
  },
});
