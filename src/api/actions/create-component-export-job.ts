import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { componentFilters } from '../component-filters.ts';
import { componentSortKeys } from '../component-sort-keys.ts';
import { ExportField, exportJobPage, Format, toExportJobPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImageByReference } from '../find-image-by-reference.ts';
import { toDirection, toSortKey } from '../paging.ts';
import { text } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';

/** Packages of one image, as DescribeImageComponentList shows them; the number of vulnerabilities is empty where unknown. */
export const createComponentExportJob = defineAction({
  name: 'CreateComponentExportJob',
  description: 'Export the packages of one image',
  writes: false,
  filters: componentFilters,
  sortKeys: componentSortKeys,
  input: z.strictObject({
    ImageID: text().describe('Image id (config digest); a manifest digest or the Id of a row is taken, too'),
    ...exportJobPage,
    Filters: Filters.optional(),
    By: text().describe('Sort key: VulCount, the default, or Name').optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    ExportField: ExportField('components').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const query = {
      conditions: toConditions(input.Filters, componentFilters),
      sort: { key: toSortKey(input.By, componentSortKeys, 'vulnerabilities'), direction: toDirection(input.Order) },
      ...toExportJobPage(input),
    };
    const image = await findImageByReference(context.store.images, input.ImageID.trim());
    const { JobId } = await startExport({ kind: 'components', imageId: image.id, query }, input, context);
    return { JobId };
  },
});
