import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { simpleImageFilters, simpleImageSortKeys } from '../simple-image-list.ts';
import { rfc3339 } from '../times.ts';

/** All registry images, newest row first; ImageName is the whole reference. */
export const describeAssetImageSimpleList = defineAction({
  name: 'DescribeAssetImageSimpleList',
  description: 'List images in short',
  writes: false,
  filters: simpleImageFilters,
  sortKeys: simpleImageSortKeys,
  input: z.strictObject({
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
    Filters: Filters.optional(),
    By: text().optional(),
    Order: text().optional(),
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
      TotalCount: total,
      List: rows.map((image) => ({
        ImageID: image.imageId,
        ImageName: `${image.address}:${image.tag}`,
        ContainerCnt: image.containers ?? null,
        ScanTime: rfc3339(image.summary.scannedAt),
        Size: image.size,
      })),
    };
  },
});
