import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { imageCounters } from '../image-counters.ts';

/** A table as a copy sees it. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows are copied in this order; rows that have the same key, where it is not unique, are copied together. */
  readonly key: readonly { readonly column: string; readonly isText: boolean }[];
  readonly isUnique: boolean;
  /** Whether the database gives out its ids, which are never given again. */
  readonly hasSequence: boolean;
  /** Some of its columns are pieces of files. */
  readonly hasBytes: boolean;
}

/** Kept by triggers, of the database's own, true for a moment only, or published again by whoever has it. */
const left = new Set([
  ...imageCounters.map(({ table }) => table),
  'rate_limits',
  'leases',
  'advisory_files',
  'advisory_pieces',
]);
/** Made by SQLite and by us; indexes of what is copied. */
const leftByName = ['sqlite_', 'kysely_', 'repository_search'];
const isOurs = (name: string) => !leftByName.some((start) => name.startsWith(start)) && !left.has(name);

/**
 * All tables of an SQLite store, those before that others refer to. Read from the database itself: a table that a later
 * version adds is copied, too.
 */
export async function copiedTables({ read }: Pick<Database, 'read'>): Promise<readonly CopiedTable[]> {
  const { rows } = await sql<{ name: string; definition: string }>`
    select name, sql as definition from sqlite_master where type = 'table' order by name`.execute(read);
  const tables = await Promise.all(
    rows
      .filter(({ name }) => isOurs(name))
      .map(async ({ name, definition }) => {
        const { rows: columns } = await sql<{ name: string; type: string; pk: number }>`
          select name, type, pk from pragma_table_info(${name}) order by cid`.execute(read);
        const { rows: parents } = await sql<{ parent: string }>`
          select distinct "table" as parent from pragma_foreign_key_list(${name})`.execute(read);
        const primary = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
        return {
          name,
          columns: columns.map((column) => column.name),
          key: (primary.length > 0 ? primary : columns.slice(0, 1)).map((column) => ({
            column: column.name,
            isText: column.type === 'TEXT',
          })),
          isUnique: primary.length > 0,
          hasSequence: /autoincrement/i.test(definition),
          hasBytes: columns.some((column) => column.type === 'BLOB'),
          parents: parents.map(({ parent }) => parent).filter((parent) => parent !== name),
        };
      }),
  );
  return parentsFirst(tables);
}

function parentsFirst<T extends { readonly name: string; readonly parents: readonly string[] }>(
  tables: readonly T[],
): readonly T[] {
  const ordered: T[] = [];
  const visit = (table: T) => {
    if (ordered.includes(table)) return;
    for (const parent of table.parents) {
      const found = tables.find(({ name }) => name === parent);
      if (found) visit(found);
    }
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
}
