import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { componentFilters } from '../component-filters.ts';
import { componentSortKeys } from '../component-sort-keys.ts';
import { ExportField, exportJobPage, Format, toExportJobPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toSortKey } from '../paging.ts';
import { errors } from '../protocol/errors.ts';
import { text } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';

/** Packages of the newest image with this ImageID. Made for images on hosts; here all images are in registries. */
export const createComponentExportJob = defineAction({
  name: 'CreateComponentExportJob',
  description: 'Export the packages of one image',
  writes: false,
  input: z.strictObject({
    ImageID: text().describe('Image id: the config digest, sha256:…'),
    ...exportJobPage,
    Filters: Filters.optional(),
    By: text().optional(),
    Order: text().optional(),
    ExportField: ExportField('components').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    // By name from A to Z when nobody says otherwise.
    const direction = input.By || input.Order ? toDirection(input.Order) : 'asc';
    const query = {
      conditions: toConditions(input.Filters, componentFilters),
      sort: { key: toSortKey(input.By, componentSortKeys, 'name'), direction },
      ...toExportJobPage(input),
    };
    const image = await context.store.images.findByImageId(input.ImageID);
    if (!image) throw errors.imageNotFound();
    const { JobId } = await startExport({ kind: 'components', imageId: image.id, query }, input, context);
    return { JobId };
  },
});
