import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { type Database, openDatabase } from '../database.ts';
import { DatabaseUnavailable } from '../database-unavailable.ts';
import { COPYING_FROM as MARK } from '../half-copied.ts';
import { compareSchema, migrate, pendingMigrations } from '../migrate.ts';
import { SCHEMA_MARK } from '../schema-mark.ts';
import type { Tables } from '../tables.ts';
import { type CopiedTable, copiedTables } from './copied-tables.ts';
import { type FoundNul, findNul } from './find-nul.ts';
import { type CopiedRow, readInOrder, sumTable } from './read-in-order.ts';

export interface CopyStoreOptions {
  /** As in `openDatabase`. */
  readonly from: string;
  readonly to: string;
  /** After every batch: rows that are in the target now, of those in the source. */
  readonly onProgress: (progress: { readonly table: string; readonly rows: number; readonly total: number }) => void;
  readonly signal: AbortSignal;
}

/** What is in the target, the same as in the source, row by row, but for what is `replaced`. */
export interface CopiedStore {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly rows: number;
  /** Texts with a character NUL, which PostgreSQL cannot keep: it became U+FFFD. */
  readonly replaced: readonly FoundNul[];
}

/** It cannot be done as things are; the message says why and what helps. */
export class StoreCopyRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StoreCopyRefused';
  }
}

const COPYING = 'plimsoll-copy';
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/**
 * Copies a whole store from one engine to the other, and compares both row by row. Stopped in the middle it goes on where it was when it is
 * called again. Nobody may work on either; the source is not changed. Ids stay, and none that was ever given is given again.
 * @throws StoreCopyRefused, DatabaseUnavailable
 */
export async function copyStore({ from, to, onProgress, signal }: CopyStoreOptions): Promise<CopiedStore> {
  const source = openDatabase(from, { applicationName: COPYING });
  const target = openDatabase(to, { applicationName: COPYING });
  try {
    if (source.engine === target.engine)
      throw refusal(
        'one side must be an SQLite file and the other PostgreSQL; to copy within one engine use its own backup (docs/guides/backup-and-move.md)',
      );
    await prepare(source, from, target, to);
    const tables = await copiedTables(source.engine === 'sqlite' ? source : target);
    await claimTarget(target, tables, from);
    const replaced = await replacedTexts(source, tables);
    const total = await countAll(source, tables);
    let rows = 0;
    for (const table of tables) {
      rows += await copyTable(
        source,
        target,
        table,
        (copied) => onProgress({ table: table.name, rows: rows + copied, total }),
        signal,
      );
      if (table.hasSequence) await keepSequence(source, target, table);
    }
    const compared = await compareAll(source, target, tables, signal);
    await target.write.deleteFrom('leases').where('name', '=', MARK).execute();
    return { tables: compared, rows, replaced };
  } finally {
    await source.close();
    await target.close();
  }
}

async function prepare(source: Database, from: string, target: Database, to: string): Promise<void> {
  try {
    const pending = await pendingMigrations(source);
    if (pending.length > 0)
      throw refusal(
        `the source is of an older version (it lacks ${pending.join(', ')}); start this version's server on it once`,
      );
    await expectOurs(source, 'source');
    await expectQuiet(source, 'source');
  } catch (error) {
    throw error instanceof StoreCopyRefused ? error : new DatabaseUnavailable(from, error);
  }
  try {
    await expectOurs(target, 'target');
    await expectQuiet(target, 'target');
    await migrate(target);
  } catch (error) {
    throw error instanceof StoreCopyRefused ? error : new DatabaseUnavailable(to, error);
  }
}

/** Nothing of another version is touched, and least of all brought up to date on the way. */
async function expectOurs(database: Database, side: 'source' | 'target'): Promise<void> {
  const tables = await compareSchema(database);
  if (tables === 'later')
    throw refusal(`the ${side} is of a later version of Plimsoll; copy with the command of that version`);
  if (tables === 'older')
    throw refusal(`the ${side} is of an older version and was left as it is; give an empty database`);
}

/** SQLite's owner holds the lock of its folder, which the command asks for; PostgreSQL knows who is connected. */
async function expectQuiet({ engine, read }: Database, side: string): Promise<void> {
  if (engine !== 'postgres') return;
  const { rows } = await sql<{ busy: number }>`
    select count(distinct client_port) as busy from pg_stat_activity
    where datname = current_database() and application_name in ('plimsoll', 'plimsoll-jobs')`.execute(read);
  if ((rows[0]?.busy ?? 0) > 0) throw refusal(`servers or workers are connected to the ${side}; stop them first`);
}

async function claimTarget(
  { read, transaction }: Database,
  tables: readonly CopiedTable[],
  from: string,
): Promise<void> {
  const source = createHash('sha256').update(from).digest('hex');
  const mark = await read.selectFrom('leases').select('holder').where('name', '=', MARK).executeTakeFirst();
  if (mark?.holder === source) return;
  if (mark) throw refusal('the target holds a part of a copy of another source; give an empty database');
  for (const { name } of tables) {
    const own = name === 'settings' ? sql`where name <> ${SCHEMA_MARK}` : sql``;
    const { rows } = await sql`select 1 from ${sql.table(name)} ${own} limit 1`.execute(read);
    if (rows.length > 0) throw refusal(`the target is not empty: there are rows in ${name}; give an empty database`);
  }
  await transaction(async (trx) => {
    await trx.insertInto('leases').values({ name: MARK, holder: source, lease_until: FOR_EVER }).execute();
    // The source has its own, which comes with the others.
    await trx.deleteFrom('settings').where('name', '=', SCHEMA_MARK).execute();
  });
}

/** PostgreSQL keeps no U+0000 in text. Ours never write one: another program, or an old version, did. */
async function replacedTexts(source: Database, tables: readonly CopiedTable[]): Promise<readonly FoundNul[]> {
  if (source.engine !== 'sqlite') return [];
  const found = await findNul(source, tables);
  const key = found.find(({ isKey }) => isKey);
  if (!key) return found;
  const { table, column, rows } = key;
  throw refusal(
    `${table}.${column}, by which rows are told apart, holds the character NUL (U+0000) in ${rows} of them, which PostgreSQL cannot keep; on a backup of the source run: delete from ${table} where instr(${column}, char(0)) > 0`,
  );
}

async function countAll({ read }: Database, tables: readonly CopiedTable[]): Promise<number> {
  let total = 0;
  for (const { name } of tables) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(read);
    total += Number(rows[0]?.n ?? 0);
  }
  return total;
}

/** Returns how many rows of it are in the target. */
async function copyTable(
  source: Database,
  target: Database,
  table: CopiedTable,
  onRows: (rows: number) => void,
  signal: AbortSignal,
): Promise<number> {
  // What is there was copied in order, whole batches at a time.
  let rows = 0;
  let last: CopiedRow | undefined;
  for await (const part of readInOrder(target, table)) {
    rows += part.length;
    last = part.at(-1);
  }
  for await (const part of readInOrder(source, table, last)) {
    signal.throwIfAborted();
    await target.transaction((trx) => insert(trx, target.engine, table, part));
    rows += part.length;
    onRows(rows);
  }
  return rows;
}

/** PostgreSQL takes at most 65,535 parameters, SQLite half of that. */
const MOST_PARAMETERS = 30_000;

async function insert(
  trx: Transaction<Tables>,
  engine: Database['engine'],
  { name, columns }: CopiedTable,
  rows: readonly CopiedRow[],
): Promise<void> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  // Otherwise PostgreSQL gives ids of its own.
  const withIds = engine === 'postgres' ? sql` overriding system value` : sql``;
  const atOnce = Math.floor(MOST_PARAMETERS / columns.length);
  for (let at = 0; at < rows.length; at += atOnce) {
    const values = rows
      .slice(at, at + atOnce)
      .map((row) => sql`(${sql.join(columns.map((column) => sql`${row[column]}`))})`);
    await sql`insert into ${sql.table(name)} (${names})${withIds} values ${sql.join(values)}`.execute(trx);
  }
}

/** The highest id that was ever given, also of rows that are gone. */
async function keepSequence(source: Database, target: Database, { name, key }: CopiedTable): Promise<void> {
  const column = key[0]?.column ?? 'id';
  const highest =
    source.engine === 'sqlite' ? await highestOfSqlite(source, name) : await highestOfPostgres(source, name, column);
  if (highest === 0) return;
  if (target.engine === 'postgres')
    await sql`select setval(pg_get_serial_sequence(${name}, ${column}), ${highest})`.execute(target.write);
  else {
    await sql`delete from sqlite_sequence where name = ${name}`.execute(target.write);
    await sql`insert into sqlite_sequence (name, seq) values (${name}, ${highest})`.execute(target.write);
  }
}

async function highestOfSqlite({ read }: Database, table: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table}`.execute(read);
  return Number(rows[0]?.seq ?? 0);
}

async function highestOfPostgres({ read }: Database, table: string, column: string): Promise<number> {
  const { rows } = await sql<{ seq: number | null }>`
    select pg_sequence_last_value(pg_get_serial_sequence(${table}, ${column})::regclass) as seq`.execute(read);
  return Number(rows[0]?.seq ?? 0);
}

async function compareAll(source: Database, target: Database, tables: readonly CopiedTable[], signal: AbortSignal) {
  const compared: { name: string; rows: number }[] = [];
  for (const table of tables) {
    signal.throwIfAborted();
    const before = await sumTable(source, table);
    const after = await sumTable(target, table);
    if (after.rows !== before.rows || after.sha256 !== before.sha256)
      throw refusal(
        `${table.name} differs after the copy: ${before.rows} rows in the source, ${after.rows} in the target; was somebody at work on one of them? Empty the target and copy again`,
      );
    compared.push({ name: table.name, rows: before.rows });
  }
  return compared;
}

const refusal = (message: string) => new StoreCopyRefused(message);
