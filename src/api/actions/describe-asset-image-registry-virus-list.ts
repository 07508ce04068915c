import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { malwareFilters } from '../malware-filters.ts';
import { toPage } from '../paging.ts';
import { unsigned } from '../protocol/fields.ts';
import { toImageVirus } from '../to-image-virus.ts';

/**
 * Malicious files of one image, worst first. An image whose VirusStatus is NOT_SCAN has no rows: that it was not looked at
 * is told by its row in the image list, not here.
 */
export const describeAssetImageRegistryVirusList = defineAction({
  name: 'DescribeAssetImageRegistryVirusList',
  description: 'Malicious files of one image',
  writes: false,
  filters: malwareFilters,
  input: z.strictObject({
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    Id: unsigned().describe('Id of the image; it wins over ImageInfo').optional(),
  }),
  handle: async (input, { store }) => {
    const query = { conditions: toConditions(input.Filters, malwareFilters), ...toPage(input) };
    const image = await findImage(store.images, input);
    const { rows, total } = await store.malware.list(image.artifactId, query);
    return { TotalCount: total, List: rows.map(toImageVirus) };
  },
});
