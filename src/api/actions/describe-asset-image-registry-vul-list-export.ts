import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, exportPage, Format, toExportPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { unsigned } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';
import { vulnerabilityFilters } from '../vulnerability-filters.ts';

/** Vulnerabilities of one image as a file, worst first. While nobody knows them, the export fails and says so. */
export const describeAssetImageRegistryVulListExport = defineAction({
  name: 'DescribeAssetImageRegistryVulListExport',
  description: 'Export the vulnerabilities of one image',
  writes: false,
  filters: vulnerabilityFilters,
  input: z.strictObject({
    ExportField: ExportField('vulnerabilities').optional(),
    ...exportPage,
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    Id: unsigned().describe('Id of the image; it wins over ImageInfo').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const query = { conditions: toConditions(input.Filters, vulnerabilityFilters), ...toExportPage(input) };
    const image = await findImage(context.store.images, input);
    return startExport({ kind: 'vulnerabilities', imageId: image.id, query }, input, context);
  },
});
