import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { copiedTables } from '../../src/store/copy/copied-tables.ts';
import { copyStore } from '../../src/store/copy/copy-store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { runSql } from '../support/run-sql.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { seedEveryKind } from '../support/seed-every-kind.ts';

// From SQLite to a real PostgreSQL and back; skipped, said loudly, where there is none.

const never = new AbortController().signal;
const ignore = () => {};

let sqlite: StoreEngine;
let postgres: StoreEngine | undefined;
let from: string;
let to: string;

beforeAll(async () => {
  sqlite = await sqliteEngine();
  postgres = await postgresEngine();
});
afterAll(async () => {
  await sqlite.stop();
  await postgres?.stop();
});
beforeEach(async (context) => {
  if (!postgres) return context.skip('PostgreSQL is not installed');
  const opened = await openTestStore(sqlite);
  from = opened.url;
  await seedEveryKind(opened.store, opened.url);
  await opened.store.close();
  to = await postgres.freshUrl();
});

const open: Database[] = [];
afterEach(async () => {
  for (const database of open.splice(0)) await database.close();
});
function look(url: string): Database {
  const database = openDatabase(url);
  open.push(database);
  return database;
}

const copy = (options: { from: string; to: string }) => copyStore({ ...options, onProgress: ignore, signal: never });

/** What a user sees of a store. */
async function view(engine: StoreEngine, url: string) {
  const { store } = await openTestStore(engine, url);
  try {
    const query = { conditions: [], latestOnly: false, runningOnly: false, offset: 0, limit: 100 } as const;
    const { rows, total } = await store.images.list({ ...query, sort: { key: 'createdAt', direction: 'desc' } });
    const findings = await Promise.all(
      rows.map(({ artifactId }) =>
        store.findings.vulnerabilities(artifactId, { conditions: [], offset: 0, limit: 100 }),
      ),
    );
    const sums = await store.images.totals(new Date(0));
    return { rows, total, findings, sums };
  } finally {
    await store.close();
  }
}

test('there and back: every row of every table, and what users see, is the same', async () => {
  if (!postgres) return;
  const back = await sqlite.freshUrl();

  const there = await copy({ from, to });
  const again = await copy({ from: to, to: back });

  expect(there.rows).toBeGreaterThan(50);
  expect(again).toEqual(there);
  const original = await view(sqlite, from);
  expect(original.total).toBeGreaterThan(5);
  expect(await view(postgres, to)).toEqual(original);
  expect(await view(sqlite, back)).toEqual(original);
});

test('every table is copied but those that are kept by triggers, for a moment, or published again', async () => {
  const { read } = look(from);
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(read);

  const copied = (await copiedTables({ read })).map(({ name }) => name);

  const left = rows.map(({ name }) => name).filter((name) => !copied.includes(name));
  expect(left.sort()).toEqual([
    'advisory_files',
    'advisory_pieces',
    'created_counts',
    'image_counts',
    'image_facets',
    'image_states',
    'kysely_migration',
    'kysely_migration_lock',
    'leases',
    'listed_counts',
    'name_counts',
    'namespace_counts',
    'os_counts',
    'rate_limits',
    'repository_counts',
    'repository_search',
    'repository_search_config',
    'repository_search_data',
    'repository_search_docsize',
    'repository_search_idx',
    'sqlite_sequence',
  ]);
});

test('an id that was given before the copy is not given again after it', async () => {
  if (!postgres) return;
  const { store } = await openTestStore(sqlite, from);
  const gone = await store.registries.add(sampleRegistry('gone'));
  await store.registries.remove(gone.id);
  await store.close();

  await copy({ from, to });
  const target = await openTestStore(postgres, to);
  const next = await target.store.registries.add(sampleRegistry('next'));
  await target.store.close();

  expect(next.id).toBe(gone.id + 1);
});

test('one that is stopped in the middle goes on where it was', async () => {
  const stop = new AbortController();
  let seen = 0;
  const stopped = copyStore({
    from,
    to,
    signal: stop.signal,
    onProgress: () => {
      if (++seen === 4) stop.abort(new Error('stopped'));
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  const steps: number[] = [];

  const { rows } = await copyStore({ from, to, signal: never, onProgress: (progress) => steps.push(progress.rows) });

  expect(rows).toBe((await copy({ from, to: await (postgres as StoreEngine).freshUrl() })).rows);
  expect(Math.min(...steps)).toBeGreaterThan(0);
});

test('a store that is copied in part is none: a server does not start on it', async () => {
  const engine = postgres as StoreEngine;
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('stopped'));
  await expect(copyStore({ from, to, signal: stop.signal, onProgress })).rejects.toThrow('stopped');

  await expect(openTestStore(engine, to)).rejects.toThrow(/a part of a store only/);

  await copy({ from, to });
  await (await openTestStore(engine, to)).store.close();
});

test('a PostgreSQL that a server is connected to is left alone', async () => {
  const other = await openTestStore(postgres as StoreEngine);
  await other.store.ping();

  await expect(copy({ from, to: other.url })).rejects.toThrow(/servers or workers are connected to the target/);

  await other.store.close();
});

test('hostile texts arrive as they are', async () => {
  const texts = ['é', '\u{1F600}', "'; drop table images; --", '\\x00', ' ', 'a\tb\nc', '\uFFFD'];
  const { write } = look(from);
  for (const [index, value] of texts.entries())
    await sql`insert into settings (name, value) values (${`text ${index} ${value}`}, ${value})`.execute(write);

  await copy({ from, to });

  const { rows } = await sql<{
    value: string;
  }>`select value from settings where name like 'text %' order by name collate "C"`.execute(look(to).read);
  expect(rows.map(({ value }) => value)).toEqual(texts);
});

test('a target that holds something else, and a source that is too old, are refused and left alone', async () => {
  if (!postgres) return;
  const full = await openTestStore(postgres);
  await full.store.registries.add(sampleRegistry('another'));
  await full.store.close();
  await expect(copy({ from, to: full.url })).rejects.toThrow(/not empty: there are rows in registries/);

  const other = await openTestStore(sqlite);
  await other.store.close();
  await runSql(other.url, `delete from kysely_migration where name like '0015%'`);
  await expect(copy({ from: other.url, to })).rejects.toThrow(/older version \(it lacks 0015-budgets\)/);
  await expect(copy({ from, to: await sqlite.freshUrl() })).rejects.toThrow(/one side must be an SQLite file/);
});

test('a target of an older or a later version is refused before anything of it is changed', async () => {
  const engine = postgres as StoreEngine;
  const older = await openTestStore(engine);
  await older.store.close();
  await runSql(older.url, `delete from kysely_migration where name >= '0019'`);
  const migrationsOf = async (url: string) =>
    (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(look(url).read)).rows;
  const before = await migrationsOf(older.url);

  await expect(copy({ from, to: older.url })).rejects.toThrow(
    /the target is of an older version and was left as it is/,
  );
  expect(await migrationsOf(older.url)).toEqual(before);

  await runSql(to, 'create table kysely_migration (name text)');
  await runSql(to, `insert into kysely_migration values ('9999-later')`);
  await expect(copy({ from, to })).rejects.toThrow(/the target is of a later version/);
  expect(await migrationsOf(to)).toEqual([{ name: '9999-later' }]);
});

test('text with a NUL, which PostgreSQL refuses, is copied with another character in its place, and told', async () => {
  await runSql(from, `insert into settings (name, value) values ('odd', 'a' || char(0) || 'b')`);

  const { replaced } = await copy({ from, to });

  expect(replaced).toEqual([{ table: 'settings', column: 'value', rows: 1, isKey: false }]);
  const { rows } = await sql`select value from settings where name = 'odd'`.execute(look(to).read);
  expect(rows).toEqual([{ value: 'a\ufffdb' }]);
});

test('a NUL in what tells rows apart is refused with what helps', async () => {
  await runSql(from, `insert into settings (name, value) values ('o' || char(0) || 'dd', 'x')`);

  const refusal = await copy({ from, to }).catch((error: Error) => error.message);
  const [, advice = ''] = /settings\.name, .* holds the character NUL .*run: (delete .*)/.exec(String(refusal)) ?? [];
  await runSql(from, advice);

  expect(await copy({ from, to })).toMatchObject({ replaced: [] });
});
