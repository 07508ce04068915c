import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, Format } from '../export-input.ts';
import { Filters } from '../filters.ts';
import { imageFilters, toImageConditions } from '../image-filters.ts';
import { imageSortKeys } from '../image-sort-keys.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';

/**
 * Made for images on hosts; here all images are in registries, so it exports those. Its documented page of 10 rows, at
 * most 100, holds; DescribeAssetImageRegistryListExport has none.
 */
export const createImageExportJob = defineAction({
  name: 'CreateImageExportJob',
  description: 'Export one page of the images',
  writes: false,
  filters: imageFilters,
  sortKeys: imageSortKeys,
  input: z.strictObject({
    Filters: Filters.optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Limit: unsigned().describe('Most rows to write: 10 when absent, at most 100').optional(),
    By: text().describe('Sort key, as in DescribeAssetImageRegistryList; build time when absent').optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    ExportField: ExportField('images').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const filters = input.Filters?.map((filter) =>
      // The spelling for images on hosts.
      filter.Name === 'ImageID' ? { ...filter, Name: 'ImageId' } : filter,
    );
    const query = {
      conditions: toImageConditions(filters),
      latestOnly: false,
      runningOnly: false,
      sort: { key: toSortKey(input.By, imageSortKeys, 'createdAt'), direction: toDirection(input.Order) },
      ...toPage(input),
    };
    return startExport({ kind: 'images', query }, input, context);
  },
});
