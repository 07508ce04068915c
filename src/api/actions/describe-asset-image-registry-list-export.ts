import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, exportPage, Format, toExportPage } from '../export-input.ts';
import { Filters } from '../filters.ts';
import { imageFilters, toImageConditions } from '../image-filters.ts';
import { imageSortKeys } from '../image-sort-keys.ts';
import { toDirection, toSortKey } from '../paging.ts';
import { boolean, text } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';

/** The list as a file: the same filters, order and switches give the same rows as DescribeAssetImageRegistryList. */
export const describeAssetImageRegistryListExport = defineAction({
  name: 'DescribeAssetImageRegistryListExport',
  description: 'Export the list of registry images',
  writes: false,
  filters: imageFilters,
  sortKeys: imageSortKeys,
  input: z.strictObject({
    ExportField: ExportField('images').optional(),
    ...exportPage,
    Filters: Filters.optional(),
    By: text().describe('Sort key, as in DescribeAssetImageRegistryList; build time when absent').optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    OnlyShowLatest: boolean().describe('Only the newest image of each repository').optional(),
    IsRunning: boolean()
      .describe('Not in the original: only images used by running containers, so that what is seen can be exported')
      .optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const query = {
      conditions: toImageConditions(input.Filters),
      latestOnly: input.OnlyShowLatest ?? false,
      runningOnly: input.IsRunning ?? false,
      sort: { key: toSortKey(input.By, imageSortKeys, 'createdAt'), direction: toDirection(input.Order) },
      ...toExportPage(input),
    };
    return startExport({ kind: 'images', query }, input, context);
  },
});
