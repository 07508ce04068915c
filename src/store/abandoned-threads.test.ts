import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CountedDialect } from './connection-figures.ts';
import { QueryTooSlow } from './query-too-slow.ts';
import { sqliteDialect } from './sqlite.ts';

// A reader of a file that somebody holds exclusively sleeps in SQLite's own code, where nobody can stop it: the same as one
// that counts for an hour, but it costs no processor and ends when the test says so.

const READERS = 2;
/** Four are replaced, as sqlite.ts has it; the last readers are not. */
const MOST = READERS + 4;

let folder: string;
let holder: DatabaseSync;
let dialect: CountedDialect;
let db: Kysely<unknown>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-abandoned-'));
  const path = join(folder, 'test.db');
  holder = new DatabaseSync(path);
  holder.exec('create table things (id integer primary key); insert into things values (7)');
  dialect = sqliteDialect({ path, readOnly: true, connections: READERS, querySeconds: 1 });
  db = new Kysely({ dialect });
});
afterEach(async () => {
  if (holder.isTransaction) holder.exec('rollback');
  await db.destroy();
  holder.close();
  await rm(folder, { recursive: true, force: true });
});

const read = async () => (await sql<{ id: number }>`select id from things`.execute(db)).rows;
const failure = (): Promise<unknown> => read().then(String, (error: unknown) => error);
const what = 'all 6 threads that read the database are still at work on queries of more than 1 s';
const refused = new QueryTooSlow(1, what);

/**
 * Asks until no thread is left, with one more than there are threads: who waits has to be told, too. A thread that is slow to
 * start is stopped like any other; only one that has begun to read has to be left alone.
 */
async function abandonAll(): Promise<void> {
  while (dialect.figures().abandoned < MOST) {
    const answers = await Promise.all(Array.from({ length: READERS + 1 }, failure));
    expect(answers.filter((answer) => answer instanceof QueryTooSlow)).toHaveLength(READERS + 1);
    expect(dialect.figures()).toMatchObject({ busy: 0, waiting: 0 });
  }
}

test('no more threads are given up than may be; then whoever asks is told at once, until one has ended', async () => {
  holder.exec('begin exclusive');
  await abandonAll();

  expect(await Promise.all(Array.from({ length: 9 }, failure))).toEqual(Array.from({ length: 9 }, () => refused));
  expect(dialect.figures()).toEqual({ busy: 0, idle: 0, waiting: 0, abandoned: MOST });

  holder.exec('rollback');
  await vi.waitUntil(() => dialect.figures().abandoned === 0, { timeout: 20_000 });
  expect(await vi.waitFor(read, { timeout: 20_000 })).toEqual([{ id: 7 }]);
});

test('as many read at once as there are threads', async () => {
  holder.exec('begin exclusive');
  const answers = Promise.all(Array.from({ length: READERS + 1 }, failure));

  await vi.waitUntil(() => dialect.figures().busy === READERS && dialect.figures().waiting === 1);
  await answers;
});
