import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters } from '../filters.ts';
import { imageFilters, toImageConditions } from '../image-filters.ts';

/** How many of the images that the filters choose were never scanned. */
export const describeAssetImageRegistrySummary = defineAction({
  name: 'DescribeAssetImageRegistrySummary',
  description: 'Count of registry images waiting for a scan',
  writes: false,
  filters: imageFilters,
  input: z.strictObject({ Filters: Filters.optional() }),
  handle: async ({ Filters: filters }, { store }) => {
    const unscanned = { kind: 'value', field: 'scanStatus', values: ['not-scanned'] } as const;
    const { total } = await store.images.list({
      conditions: [...toImageConditions(filters), unscanned],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'id', direction: 'desc' },
      offset: 0,
      limit: 0,
    });
    return { UnScannedImageCnt: total };
  },
});
