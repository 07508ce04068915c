import type { Transaction } from 'kysely';
import type { Summary } from '../model/scan.ts';
import { toSummary, toSummaryColumns } from './image-rows.ts';
import { mergeSummary } from './merge-summary.ts';
import type { ImagesTable, SummaryColumns, Tables } from './tables.ts';

type Row = SummaryColumns & { readonly id: number };

const ROWS_PER_STATEMENT = 500;

/**
 * Gives the rows that list an artifact what was found of it. Kinds that were not looked for stay as each row shows them:
 * a failure of its own, or a scan under way. `choose` leaves rows out.
 */
export async function updateRows(
  trx: Transaction<Tables>,
  artifactId: number,
  found: Summary,
  choose: (row: ImagesTable) => boolean = () => true,
): Promise<void> {
  const rows = await trx
    .selectFrom('images')
    .selectAll()
    .where('artifact_id', '=', artifactId)
    .orderBy('id')
    .forUpdate()
    .execute();
  const chosen: readonly Row[] = rows.filter((row) => choose(row as unknown as ImagesTable));
  const merged = chosen.map((row) => ({ id: row.id, columns: toSummaryColumns(mergeSummary(found, toSummary(row))) }));
  // Rows of one artifact mostly show the same: one statement for all that do.
  const alike = Map.groupBy(merged, ({ columns }) => JSON.stringify(columns));
  for (const group of alike.values()) {
    for (let at = 0; at < group.length; at += ROWS_PER_STATEMENT) {
      const part = group.slice(at, at + ROWS_PER_STATEMENT);
      await trx
        .updateTable('images')
        .set(part[0]?.columns ?? {})
        .where(
          'id',
          'in',
          part.map(({ id }) => id),
        )
        .execute();
    }
  }
}
