import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { runSql } from '../support/run-sql.ts';
import { seedEveryKind } from '../support/seed-every-kind.ts';
import { waitUntil } from '../support/wait-until.ts';

vi.setConfig({ testTimeout: 300_000 });

/** PLIMSOLL_COPIED_ROWS=1000000 makes the long run. */
const ROWS = Number(process.env.PLIMSOLL_COPIED_ROWS ?? 20_000);
const KILLS = 3;

let work: string;
let sqlite: StoreEngine;
let postgres: StoreEngine | undefined;
let running: ChildProcess | undefined;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-kill-copy-'));
  sqlite = await sqliteEngine();
  postgres = await postgresEngine();
});
afterAll(async () => {
  running?.kill('SIGKILL');
  await sqlite?.stop();
  await postgres?.stop();
  await rm(work, { recursive: true, force: true });
});

function startCopy(from: string, to: string) {
  const args = [resolve('src/cli.ts'), 'store', 'copy', '--from', from, '--to', to];
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, PLIMSOLL_DATA_DIR: work } });
  running = child;
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<string>((settle) => {
    child.once('close', (code, signal) => settle(`${code ?? signal}: ${output}`));
  });
  return { child, ended };
}

test('kill -9 of a copy, again and again: the same command goes on where it was, and in the end nothing differs', async (context) => {
  if (!postgres) return context.skip('PostgreSQL is not installed');
  const source = await openTestStore(sqlite);
  await seedEveryKind(source.store, source.url);
  await source.store.close();
  await runSql(
    source.url,
    `insert into settings (name, value) with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})
     select 'copied ' || i, hex(randomblob(40)) from n`,
  );
  const from = source.url.slice('file:'.length);
  const to = await postgres.freshUrl();
  const target = openDatabase(to, { applicationName: 'test' });
  const copied = async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from settings`.execute(target.read);
    return Number(rows[0]?.n ?? 0);
  };

  let before = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const { child, ended } = startCopy(from, to);
    const wanted = before + 500;
    await waitUntil(async () => (await copied().catch(() => 0)) >= wanted || child.exitCode !== null);
    child.kill('SIGKILL');
    expect(await ended).toMatch(/^SIGKILL/);
    const now = await copied();
    expect(now).toBeGreaterThan(before);
    expect(now).toBeLessThan(ROWS);
    before = now;
  }
  await target.close();

  expect(await startCopy(from, to).ended).toMatch(
    /^0: \d+ rows of \d+ tables were copied and compared: nothing differs/,
  );
});
