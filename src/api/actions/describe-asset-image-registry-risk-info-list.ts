import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { findImage } from '../find-image.ts';
import { ImageInfo } from '../image-info.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { riskFilters } from '../risk-filters.ts';
import { toImageRisk } from '../to-image-risk.ts';

/** Values of By. The reference comes from this table. */
const sortKeys: Readonly<Record<string, 'severity'>> = { Level: 'severity' };

/**
 * Risky settings and secrets of one image, worst first. An image whose RiskStatus is NOT_SCAN has no rows: that it was not
 * looked at is told by its row in the image list, not here.
 */
export const describeAssetImageRegistryRiskInfoList = defineAction({
  name: 'DescribeAssetImageRegistryRiskInfoList',
  description: 'Risky settings and secrets of one image',
  writes: false,
  filters: riskFilters,
  sortKeys,
  input: z.strictObject({
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Filters: Filters.optional(),
    ImageInfo: ImageInfo.optional(),
    By: text().describe('Sort key: Level').optional(),
    Order: text().describe('+ or -, or asc or desc in any case; - when absent').optional(),
    Id: unsigned().describe('Id of the image; it wins over ImageInfo').optional(),
  }),
  handle: async (input, { store }) => {
    toSortKey(input.By, sortKeys, 'severity');
    const query = {
      conditions: toConditions(input.Filters, riskFilters),
      direction: toDirection(input.Order),
      ...toPage(input),
    };
    const image = await findImage(store.images, input);
    const { rows, total } = await store.risks.list(image.artifactId, query);
    return { TotalCount: total, List: rows.map(toImageRisk) };
  },
});
