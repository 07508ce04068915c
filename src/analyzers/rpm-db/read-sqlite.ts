import { DatabaseError } from './database-error.ts';
import { SqlitePages } from './sqlite-pages.ts';
import { readRecord } from './sqlite-record.ts';
import { readTable } from './sqlite-table.ts';

const SCHEMA_ROOT = 1;
const TABLE = 'packages';

/**
 * The headers in rpm's sqlite database: column `blob` of the table `Packages`. What cannot be read is told to `problem`.
 * https://github.com/rpm-software-management/rpm/blob/master/lib/backend/sqlite.c
 */
export function* readSqlite(
  main: Uint8Array,
  log: Uint8Array | undefined,
  problem: (message: string) => void,
): Generator<Uint8Array, void> {
  const pages = new SqlitePages(main, log);
  const root = findTable(pages, problem);
  if (root === undefined) throw new DatabaseError('it has no table Packages');
  for (const record of readTable(pages, root, problem)) {
    try {
      const [, blob] = readRecord(record);
      if (!(blob instanceof Uint8Array)) throw new DatabaseError('a row of Packages has no blob');
      yield blob;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(error.message);
    }
  }
}

/** Rows of the schema are type, name, table, root page, SQL. */
function findTable(pages: SqlitePages, problem: (message: string) => void): number | undefined {
  for (const record of readTable(pages, SCHEMA_ROOT, problem)) {
    const [type, name, , root] = readRecord(record);
    if (textOf(type) === 'table' && textOf(name) === TABLE && typeof root === 'number') return root;
  }
  return undefined;
}

const textOf = (value: unknown) =>
  value instanceof Uint8Array && value.byteLength < 100 ? Buffer.from(value).toString('latin1').toLowerCase() : '';
