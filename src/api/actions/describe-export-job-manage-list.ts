import { z } from 'zod';
import { exportStatuses } from '../../model/export.ts';
import { defineAction } from '../api-action.ts';
import { exportFilters } from '../export-filters.ts';
import { exportMessage } from '../export-message.ts';
import { exportName } from '../export-names.ts';
import { exportStatusNames } from '../export-statuses.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { dateTime } from '../times.ts';

const sortKeys: Readonly<Record<string, 'createdAt'>> = { InsertTime: 'createdAt' };

/** Exports of the last week, newest first unless Order says otherwise. */
export const describeExportJobManageList = defineAction({
  name: 'DescribeExportJobManageList',
  description: 'List exports',
  writes: false,
  filters: exportFilters,
  sortKeys,
  input: z.strictObject({
    Filters: Filters.optional(),
    Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
    Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
    Order: text().describe('asc or desc in any case; desc when absent').optional(),
    By: text().describe('Sort key: InsertTime').optional(),
  }),
  handle: async (input, { store, language, now }) => {
    toSortKey(input.By, sortKeys, 'createdAt');
    const conditions = toConditions(input.Filters, exportFilters);
    const { rows, total } = await store.exports.list({
      statuses: exportStatuses.filter((status) => conditions.every((allowed) => allowed.includes(status))),
      direction: toDirection(input.Order),
      ...toPage(input),
    });
    return {
      TotalCount: total,
      List: rows.map((entry) => ({
        JobID: String(entry.id),
        JobName: exportName(entry),
        Source: 'RegistryImage',
        ExportStatus: exportStatusNames[entry.status],
        ExportProgress: entry.progress,
        FailureMsg: exportMessage(entry, language, now()),
        Timeout: dateTime(entry.expiresAt),
        InsertTime: dateTime(entry.createdAt),
      })),
    };
  },
});
