import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqliteDialect } from './sqlite.ts';

interface Things {
  things: { id: number; name: string };
}

let folder: string;
let db: Kysely<Things>;

const open = (options: { readOnly?: boolean; connections?: number } = {}) =>
  new Kysely<Things>({
    dialect: sqliteDialect({ path: join(folder, 'test.db'), readOnly: false, connections: 1, ...options }),
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-sqlite-'));
  db = open();
  await sql`create table things (id integer primary key, name text unique)`.execute(db);
});
afterEach(async () => {
  await db.destroy();
  await rm(folder, { recursive: true, force: true });
});

const pragma = async (on: Kysely<Things>, name: string) => {
  const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(on);
  return Object.values(rows[0] ?? {})[0];
};

test('every connection is durable, waits for a lock, and keeps references true', async () => {
  const reader = open({ readOnly: true });

  for (const connection of [db, reader]) {
    expect(await pragma(connection, 'journal_mode')).toBe('wal');
    expect(await pragma(connection, 'synchronous')).toBe(2); // FULL
    expect(await pragma(connection, 'foreign_keys')).toBe(1);
    expect(await pragma(connection, 'busy_timeout')).toBeGreaterThanOrEqual(10_000);
  }
  await reader.destroy();
});

test('who writes keeps few pages in memory, and none by a map of the file', async () => {
  // Negative: KiB. https://www.sqlite.org/pragma.html#pragma_cache_size
  expect(await pragma(db, 'cache_size')).toBe(-16 * 1_024);
  expect(await pragma(db, 'mmap_size')).toBe(0);
});

test('a reader cannot write, and sees what has been committed', async () => {
  const reader = open({ readOnly: true, connections: 2 });
  await db.insertInto('things').values({ id: 1, name: 'a' }).execute();

  expect(await reader.selectFrom('things').selectAll().execute()).toEqual([{ id: 1, name: 'a' }]);
  await expect(reader.insertInto('things').values({ id: 2, name: 'b' }).execute()).rejects.toThrow(/readonly/);
  await reader.destroy();
});

test('row locks are left out, and nothing else', async () => {
  const { sql: text } = db
    .selectFrom('things')
    .select('name')
    .distinct()
    .forUpdate()
    .skipLocked()
    .forShare()
    .noWait()
    .compile();

  expect(text.trim()).toBe('select distinct "name" from "things"');
});

test('a transaction that fails leaves nothing behind, and the connection usable', async () => {
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('things').values({ id: 1, name: 'a' }).execute();
    await trx.insertInto('things').values({ id: 2, name: 'a' }).execute();
  });

  await expect(failing).rejects.toThrow(/UNIQUE constraint failed: things.name/);
  expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
});

test('a transaction that SQLite has rolled back by itself still tells its own error', async () => {
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('things').values({ id: 1, name: 'a' }).execute();
    await sql`insert or rollback into things (id, name) values (2, 'a')`.execute(trx);
  });

  await expect(failing).rejects.toThrow(/UNIQUE constraint failed/);
  expect(await db.selectFrom('things').selectAll().execute()).toEqual([]);
});

test('transactions of two connections wait for each other', async () => {
  const other = open();
  const add = (on: Kysely<Things>, id: number) =>
    on.transaction().execute(async (trx) => {
      const { n } = await trx
        .selectFrom('things')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      await trx
        .insertInto('things')
        .values({ id, name: `after ${n}` })
        .execute();
    });

  await Promise.all(Array.from({ length: 20 }, (_, i) => add(i % 2 === 0 ? db : other, i + 1)));

  const names = (await db.selectFrom('things').select('name').execute()).map((row) => row.name);
  expect(new Set(names)).toEqual(new Set(Array.from({ length: 20 }, (_, i) => `after ${i}`)));
  await other.destroy();
});

test('a number too large to be exact is an error, not another number', async () => {
  const reading = sql`select 9007199254740993 as n`.execute(db);

  await expect(reading).rejects.toThrow(/too large/i);
});

test('a file that cannot be opened is an error of the query, not of the process', async () => {
  const broken = new Kysely<Things>({
    dialect: sqliteDialect({ path: join(folder, 'no', 'such', 'folder', 'x.db'), readOnly: false, connections: 1 }),
  });

  await expect(broken.selectFrom('things').selectAll().execute()).rejects.toThrow(/unable to open database file/);
  await expect(broken.selectFrom('things').selectAll().execute()).rejects.toThrow(/unable to open database file/);
  await broken.destroy();
});
