import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { authorizationTaskFilters, authorizationTypeNames } from '../authorization-filters.ts';
import { Filters, toConditions } from '../filters.ts';
import { toPage } from '../paging.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { dateTime } from '../times.ts';
import { toPeriod } from '../to-period.ts';

/** One row per day and type, newest first: what syncs (AUTO) and calls (MANUAL) authorised, and for how many there was no room. */
export const describeImageAutoAuthorizedTaskList = defineAction({
  name: 'DescribeImageAutoAuthorizedTaskList',
  description: 'List authorisation tasks',
  writes: false,
  filters: authorizationTaskFilters,
  input: z.strictObject({
    StartTime: text(),
    EndTime: text(),
    Filters: Filters.optional(),
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
  }),
  handle: async (input, { store }) => {
    const conditions = toConditions(input.Filters, authorizationTaskFilters);
    const period = toPeriod(input.StartTime, input.EndTime);
    const { rows, total } = await store.authorizations.tasks(
      Object.assign({ ...period, ...toPage(input) }, ...conditions),
    );
    return {
      TotalCount: total,
      List: rows.map((task) => ({
        TaskId: task.id,
        Type: authorizationTypeNames[task.type],
        AuthorizedDate: task.date,
        Source: 'REGISTRY',
        LastAuthorizedTime: dateTime(task.lastAt),
        SuccessCount: task.succeeded,
        FailCount: task.refused,
        LatestFailCode: task.refused > 0 ? 'LICENSE_INSUFFICIENT' : '',
      })),
    };
  },
});
