import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { ExportField, exportPage, Format, toExportPage } from '../export-input.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { malwareFilters } from '../malware-filters.ts';
import { unsigned } from '../protocol/fields.ts';
import { startExport } from '../start-export.ts';

/** Malware of one image as a file. While nobody knows what there is, the export fails and says so. */
export const describeAssetImageRegistryVirusListExport = defineAction({
  name: 'DescribeAssetImageRegistryVirusListExport',
  description: 'Export the malware of one image',
  writes: false,
  filters: malwareFilters,
  input: z.strictObject({
    ExportField: ExportField('malware').optional(),
    ...exportPage,
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    Id: unsigned().describe('Id of the image; it wins over ImageInfo').optional(),
    Format: Format.optional(),
  }),
  handle: async (input, context) => {
    const query = { conditions: toConditions(input.Filters, malwareFilters), ...toExportPage(input) };
    const image = await findImage(context.store.images, input);
    return startExport({ kind: 'malware', imageId: image.id, query }, input, context);
  },
});
