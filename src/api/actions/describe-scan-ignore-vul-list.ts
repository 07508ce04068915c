import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { Filters, toConditions } from '../filters.ts';
import { ignoreRuleFilters } from '../ignore-rule-filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { toPocId } from '../poc-id.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { dateTime } from '../times.ts';

/** Values of By. The reference comes from this table. */
const sortKeys: Readonly<Record<string, 'changedAt'>> = { UpdateTime: 'changedAt' };

/**
 * Vulnerabilities that some rule ignores. RegistryImageCount: rows of the image list that rules name, or that would show it
 * without them.
 */
export const describeScanIgnoreVulList = defineAction({
  name: 'DescribeScanIgnoreVulList',
  description: 'Ignored vulnerabilities',
  writes: false,
  filters: ignoreRuleFilters,
  sortKeys,
  input: z.strictObject({
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Filters: Filters.optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    By: text().describe('Sort key: UpdateTime').optional(),
  }),
  handle: async (input, { store }) => {
    toSortKey(input.By, sortKeys, 'changedAt');
    const { rows, total } = await store.ignoreRules.list({
      conditions: toConditions(input.Filters, ignoreRuleFilters),
      direction: toDirection(input.Order),
      ...toPage(input),
    });
    return {
      TotalCount: total,
      List: rows.map((row) => ({
        PocID: toPocId(row.number),
        CVEID: row.id,
        VulName: row.title || row.id,
        IsIgnoreAll: Number(row.everywhere),
        RegistryImageCount: row.images,
        LocalImageCount: 0,
        UpdateTime: dateTime(row.changedAt),
      })),
    };
  },
});
