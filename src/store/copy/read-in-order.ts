import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import { storableParameter } from '../storable-text.ts';
import type { CopiedTable } from './copied-tables.ts';

export type CopiedRow = Readonly<Record<string, unknown>>;

const BATCH = 500;
/** Of rows with half a MiB each. */
const BATCH_OF_BYTES = 16;

/** The rows of a table in the order of its key, which both engines agree on, from behind a row on; in batches. */
export async function* readInOrder(
  database: Pick<Database, 'engine' | 'read'>,
  table: CopiedTable,
  after?: CopiedRow,
): AsyncGenerator<readonly CopiedRow[], void> {
  let last = after;
  for (;;) {
    const { rows } = await batch(database, table, last).execute(database.read);
    const end = rows.at(-1);
    if (!end) return;
    last = end;
    yield rows;
  }
}

function batch(
  { engine }: Pick<Database, 'engine'>,
  table: CopiedTable,
  after: CopiedRow | undefined,
): RawBuilder<CopiedRow> {
  const key = keyOf(engine, table);
  const behind = after
    ? sql`where (${key}) > (${sql.join(table.key.map(({ column }) => sql`${after[column]}`))})`
    : sql``;
  const columns = sql.join(table.columns.map((column) => sql.ref(column)));
  const name = sql.table(table.name);
  if (table.isUnique)
    return sql`select ${columns} from ${name} ${behind} order by ${key} limit ${table.hasBytes ? BATCH_OF_BYTES : BATCH}`;
  // All rows of some keys: where a key has several, none is left behind the border of a batch.
  const keys = sql`select distinct ${key} from ${name} ${behind} order by ${key} limit ${sql.lit(BATCH / 25)}`;
  return sql`select ${columns} from ${name} where (${key}) in (${keys}) order by ${columns}`;
}

/** Bytes decide, as in SQLite, whatever language the database speaks. */
function keyOf(engine: Database['engine'], { key }: CopiedTable): RawBuilder<unknown> {
  const inBytes = engine === 'postgres' ? sql` collate "C"` : sql``;
  return sql.join(key.map(({ column, isText }) => (isText ? sql`${sql.ref(column)}${inBytes}` : sql.ref(column))));
}

/** What both sides must agree on. */
export interface TableSum {
  readonly rows: number;
  readonly sha256: string;
}

export async function sumTable(database: Pick<Database, 'engine' | 'read'>, table: CopiedTable): Promise<TableSum> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const part of readInOrder(database, table)) {
    rows += part.length;
    const lines = part.map((row) => JSON.stringify(table.columns.map((column) => comparable(row[column]))));
    // Rows of one key have no order of their own.
    if (!table.isUnique) lines.sort();
    for (const line of lines) hash.update(line).update('\n');
  }
  return { rows, sha256: hash.digest('hex') };
}

/** Text as both engines keep it. */
const comparable = (value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : storableParameter(value);
