import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, exportPage, Format, toExportPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { unsigned } from '../protocol/fields.ts';
import { riskFilters } from '../risk-filters.ts';
import { startExport } from '../start-export.ts';

/** Risky settings and secrets of one image as a file. While nobody knows what there is, the export fails and says so. */
export const describeAssetImageRegistryRiskListExport = defineAction({
  name: 'DescribeAssetImageRegistryRiskListExport',
  description: 'Export the risky settings and secrets of one image',
  writes: false,
  filters: riskFilters,
  input: z.strictObject({
    ExportField: ExportField('risks').optional(),
    ...exportPage,
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    Id: unsigned().describe('Id of the image; it wins over ImageInfo').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const query = { conditions: toConditions(input.Filters, riskFilters), ...toExportPage(input) };
    const image = await findImage(context.store.images, input);
    return startExport({ kind: 'risks', imageId: image.id, query }, input, context);
  },
});
