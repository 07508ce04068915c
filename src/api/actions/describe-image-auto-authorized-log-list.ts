import { z } from 'zod';
import { defineAction } from '../api-action.ts';
import { authorizationLogFilters } from '../authorization-filters.ts';
import { Filters, toConditions } from '../filters.ts';
import { toDirection, toPage, toSortKey } from '../paging.ts';
import { errors } from '../protocol/errors.ts';
import { text, unsigned } from '../protocol/fields.ts';
import { dateTime } from '../times.ts';

const sortKeys = { AuthorizedTime: 'at' } as const;

/** The images of one authorisation task, newest first. */
export const describeImageAutoAuthorizedLogList = defineAction({
  name: 'DescribeImageAutoAuthorizedLogList',
  description: 'Log of an authorisation task',
  writes: false,
  filters: authorizationLogFilters,
  sortKeys,
  input: z.strictObject({
    TaskId: unsigned(),
    Filters: Filters.optional(),
    Limit: unsigned().optional(),
    Offset: unsigned().optional(),
    By: text().optional(),
    Order: text().optional(),
  }),
  handle: async (input, { store }) => {
    const conditions = toConditions(input.Filters, authorizationLogFilters);
    toSortKey(input.By, sortKeys, 'at');
    const query = { taskId: input.TaskId, direction: toDirection(input.Order), ...toPage(input) };
    const found = await store.authorizations.log(Object.assign(query, ...conditions));
    if (!found) throw errors.authorizationTaskNotFound(input.TaskId);
    return {
      TotalCount: found.total,
      List: found.rows.map((entry) => ({
        ImageId: entry.imageId,
        ImageName: entry.name,
        AuthorizedTime: dateTime(entry.at),
        Status: entry.authorized ? 'SUCCESS' : 'LICENSE_INSUFFICIENT',
        IsAuthorized: Number(entry.authorized),
      })),
    };
  },
});
