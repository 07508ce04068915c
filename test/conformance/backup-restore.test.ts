import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { copyStore } from '../../src/store/copy/copy-store.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { runCommand } from '../support/run-command.ts';
import { runSql } from '../support/run-sql.ts';
import { seedEveryKind } from '../support/seed-every-kind.ts';

// The commands of docs/guides/backup-and-move.md, run as they stand there. What was restored is compared by `store copy`, row by row.

// Seconds, but more on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let work: string;
const engines: StoreEngine[] = [];
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-restore-'));
});
afterEach(() => rm(work, { recursive: true, force: true }));
afterAll(async () => {
  for (const engine of engines) await engine.stop();
});

const never = new AbortController().signal;

async function seeded(engine: StoreEngine): Promise<string> {
  const { store, url } = await openTestStore(engine);
  await seedEveryKind(store, url);
  await store.close();
  return url;
}

/** Every row of a store on PostgreSQL, by way of a copy to SQLite. */
async function rowsOf(url: string, sqlite: StoreEngine): Promise<readonly string[]> {
  const to = await sqlite.freshUrl();
  await copyStore({ from: url, to, onProgress: () => {}, signal: never });
  return (await dumpOf(to)).filter((row) => !row.startsWith('kysely_migration'));
}

async function countsOf(engine: StoreEngine, url: string) {
  const { store } = await openTestStore(engine, url);
  try {
    return await store.images.totals(new Date(0));
  } finally {
    await store.close();
  }
}

test('pg_dump and pg_restore, into the same database and into an empty one: everything is as it was', async (context) => {
  const postgres = await postgresEngine();
  if (!postgres) return context.skip('PostgreSQL is not installed');
  const sqlite = await sqliteEngine();
  engines.push(postgres, sqlite);
  const url = await seeded(postgres);
  const before = await rowsOf(url, sqlite);
  const dump = join(work, 'plimsoll.dump');
  await runCommand('pg_dump', ['--format', 'custom', '--exclude-schema', 'plimsoll_jobs', '--file', dump, url]);
  const restore = (into: string) =>
    runCommand('pg_restore', ['--clean', '--if-exists', '--no-owner', '--dbname', into, dump]);

  await runSql(url, 'delete from scan_task_images');
  await runSql(url, `update images set tag = 'damaged'`);
  await restore(url);
  const empty = await postgres.freshUrl();
  await restore(empty);

  expect(before.length).toBeGreaterThan(50);
  for (const restored of [url, empty]) expect(await rowsOf(restored, sqlite)).toEqual(before);
});

test('plimsoll store backup, put in the place of the store: everything is as it was', async () => {
  const sqlite = await sqliteEngine();
  engines.push(sqlite);
  const data = join(work, 'data');
  const url = await seeded(sqlite);
  await cp(url.slice('file:'.length), join(data, 'plimsoll.db'));
  const totals = await countsOf(sqlite, url);
  const run = async (...args: readonly string[]) => {
    const { terminal, written } = captureTerminal();
    const env = { PLIMSOLL_DATA_DIR: data };
    const code = await runCommandLine(args, {
      env,
      terminal,
      signal: never,
      now: () => new Date(),
      readInput: async () => '',
    });
    return { code, ...written };
  };
  const backup = join(work, 'backup.db');

  expect(await run('store', 'backup', backup)).toMatchObject({ code: 0 });
  await runSql(`file:${join(data, 'plimsoll.db')}`, 'delete from scan_task_images');
  for (const suffix of ['-wal', '-shm']) await rm(join(data, `plimsoll.db${suffix}`), { force: true });
  await cp(backup, join(data, 'plimsoll.db'));

  const restored = `file:${join(data, 'plimsoll.db')}`;
  expect(await countsOf(sqlite, restored)).toEqual(totals);
  expect(await dumpOf(restored)).toEqual(await dumpOf(url));
});

/** All rows of all tables of an SQLite store. */
async function dumpOf(url: string): Promise<readonly string[]> {
  const { DatabaseSync } = await import('node:sqlite');
  using database = new DatabaseSync(url.slice('file:'.length), { readOnly: true });
  const tables = database.prepare(`select name from sqlite_master where type = 'table' order by name`).all();
  return tables.flatMap(({ name }) =>
    database
      .prepare(`select * from "${name}"`)
      .all()
      .map((row) => `${name} ${JSON.stringify(row)}`)
      .toSorted(),
  );
}
