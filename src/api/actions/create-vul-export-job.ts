import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, exportJobPage, Format, toExportJobPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImageByReference } from '../find-image-by-reference.ts';
import { toDirection, toSortKey } from '../paging.ts';
import { text } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';
import { vulnerabilityJobFilters } from '../vulnerability-job-filters.ts';

/** The documentation repeats the key of another list, which means nothing here. */
const sortKeys: Readonly<Record<string, 'severity'>> = { VulCount: 'severity', Level: 'severity' };
const ALWAYS_WORST_FIRST = 'Checked, but vulnerabilities always come worst first';

/** Vulnerabilities of one image by its image id. Made for images on hosts; here all images are in registries. */
export const createVulExportJob = defineAction({
  name: 'CreateVulExportJob',
  description: 'Export the vulnerabilities of one image by its image id',
  writes: false,
  filters: vulnerabilityJobFilters,
  sortKeys,
  input: z.strictObject({
    ImageID: text().describe('Image id (config digest); a manifest digest or the Id of a row is taken, too'),
    ExportField: ExportField('vulnerabilities'),
    ...exportJobPage,
    Filters: Filters.optional(),
    By: text().describe(ALWAYS_WORST_FIRST).optional(),
    Order: text().describe(ALWAYS_WORST_FIRST).optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    toSortKey(input.By, sortKeys, 'severity');
    toDirection(input.Order);
    const query = { conditions: toConditions(input.Filters, vulnerabilityJobFilters), ...toExportJobPage(input) };
    const image = await findImageByReference(context.store.images, input.ImageID.trim());
    const { JobId } = await startExport({ kind: 'vulnerabilities', imageId: image.id, query }, input, context);
    return { JobId };
  },
});
