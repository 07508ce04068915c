import { z } from 'zod';
import type { PackageKind } from '../store/vulnerability-search.ts';
import type { ActionContext } from './api-action.ts';
import { Filters } from './filters.ts';
import { toDirection, toPage, toSortKey } from './paging.ts';
import { text, unsigned } from './protocol/fields.ts';
import { toVulInfo } from './to-vul-info.ts';
import { toSearch, vulnerabilitySearchSortKeys } from './vulnerability-search-filters.ts';

/** Parameters of the lists of vulnerabilities over all images. */
export const ListVulnerabilities = z.strictObject({
  Limit: unsigned().describe('Most rows to answer, 0 to 100; 10 when absent').optional(),
  Offset: unsigned().describe('Rows to leave out from the beginning; 0 when absent').optional(),
  Filters: Filters.optional(),
  Order: text().describe('asc or desc in any case; desc when absent').optional(),
  By: text().describe('Sort key; LatestFoundTime when absent').optional(),
});

/** One row for each vulnerability that affects packages of the kind in an image of some registry and is not ignored there. */
export async function listVulnerabilities(
  input: z.output<typeof ListVulnerabilities>,
  packages: PackageKind,
  { store }: Pick<ActionContext, 'store'>,
) {
  const { rows, total } = await store.vulnerabilities.list({
    packages,
    ...toSearch(input.Filters),
    sort: { key: toSortKey(input.By, vulnerabilitySearchSortKeys, 'lastFoundAt'), direction: toDirection(input.Order) },
    ...toPage(input),
  });
  return { TotalCount: total, List: rows.map(toVulInfo) };
}
