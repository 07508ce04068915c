import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { CopiedTable } from './copied-tables.ts';

/** Texts of a column that hold U+0000. */
export interface FoundNul {
  readonly table: string;
  readonly column: string;
  readonly rows: number;
  /** Whether rows are told apart by it. */
  readonly isKey: boolean;
}

/** Every column of an SQLite store in which there is one; reads each text once. */
export async function findNul(
  { read }: Pick<Database, 'read'>,
  tables: readonly CopiedTable[],
): Promise<readonly FoundNul[]> {
  const found: FoundNul[] = [];
  for (const { name: table, columns, key } of tables) {
    const counts = columns.map((column) => sql`count(case when ${hasNul(column)} then 1 end) as ${sql.ref(column)}`);
    const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)} from ${sql.table(table)}`.execute(
      read,
    );
    for (const column of columns) {
      const isKey = key.some((each) => each.column === column);
      const count = Number(rows[0]?.[column] ?? 0);
      if (count > 0) found.push({ table, column, rows: count, isKey });
    }
  }
  return found;
}

/** Bytes are not text, whatever they hold. */
const hasNul = (column: string) => sql`typeof(${sql.ref(column)}) = 'text' and instr(${sql.ref(column)}, char(0)) > 0`;
