import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAdvisoryFolder } from '../../demo/advisory-folder.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import { openStore } from '../../src/store/open-store.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { postgresEngine, testVault } from '../support/open-test-store.ts';
import { runSql } from '../support/run-sql.ts';
import { hasClamd, startClamd } from '../support/start-clamd.ts';

interface Diagnosis {
  readonly part: string;
  readonly condition: string;
  readonly detail: string;
  readonly fix?: string;
}

const NOBODY = 'http://127.0.0.1:9'; // the port of discard, which nobody serves
let work: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'plimsoll-doctor-'));
  const feeds = await writeAdvisoryFolder(join(work, 'feeds'));
  environment = {
    PLIMSOLL_ADVISORIES_URL: `file://${feeds.osv}`,
    PLIMSOLL_KEV_URL: `file://${feeds.kev}`,
    PLIMSOLL_DATA_DIR: join(work, 'data'),
    PLIMSOLL_ENDPOINT: NOBODY,
  };
  await run(['advisories', 'update']);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, width?: number) {
  const { terminal, written } = captureTerminal(width === undefined ? {} : { width });
  const exitCode = await runCommandLine(args, {
    env: { ...environment, ...env },
    terminal,
    signal: new AbortController().signal,
    now: () => new Date(),
    readInput: async () => '',
  });
  return { exitCode, ...written };
}

async function examine(env: Readonly<Record<string, string>> = {}) {
  const { exitCode, out } = await run(['doctor', '-o', 'json'], env);
  const diagnoses: readonly Diagnosis[] = JSON.parse(out);
  return { exitCode, of: (part: string) => diagnoses.filter((each) => each.part === part) };
}

test('a sound installation passes, and tells versions and ages', async () => {
  const { exitCode, out, note } = await run(['doctor'], {}, 100);

  expect(exitCode).toBe(0);
  expect(note).toBe('');
  expect(out).toMatch(/^ok +node +Node\.js 24\./m);
  expect(out).toMatch(/^ok +data folder +\//m);
  expect(out).toMatch(/^ok +advisories +\d+ advisories, checked just now$/m);
  expect(out).toMatch(/^ok +kev +\d+ known to be exploited$/m);
  expect(out).toMatch(/^skipped +epss +not set up/m);
  expect(out).toMatch(/^ok +yara-x +yara-x \d+\.\d+\.\d+, signatures /m);
  expect(out).toMatch(/^skipped +clamav +not set up \(PLIMSOLL_CLAMD\)/m);
  expect(out).toMatch(/^skipped +server +nobody answers at http:\/\/127\.0\.0\.1:9 /m);
});

test('without advisories it fails and says what to do; a folder that is not there is only a warning', async () => {
  const absent = join(work, 'absent');

  const { exitCode, of } = await examine({ PLIMSOLL_DATA_DIR: absent });
  const { note } = await run(['doctor'], { PLIMSOLL_DATA_DIR: absent });

  expect(exitCode).toBe(1);
  expect(of('data folder')).toMatchObject([{ condition: 'warning' }]);
  expect(of('database')).toMatchObject([{ condition: 'skipped' }]);
  expect(of('advisories')).toMatchObject([
    { condition: 'broken', fix: expect.stringContaining('plimsoll advisories update') },
  ]);
  expect(note).toBe('error: 1 thing is broken: advisories.\n');
});

test('a folder that others may read is a warning with its remedy, and does not fail', async () => {
  const dataDir = join(work, 'data');
  chmodSync(dataDir, 0o755);
  try {
    const { exitCode, of } = await examine();

    expect(exitCode).toBe(0);
    expect(of('data folder')).toMatchObject([{ condition: 'warning', fix: `chmod 700 ${dataDir}` }]);
  } finally {
    chmodSync(dataDir, 0o700);
  }
});

test('a database that cannot be reached is broken, and its password is not told', async () => {
  const { exitCode, of } = await examine({ PLIMSOLL_DATABASE_URL: 'postgres://me:hidden-word@127.0.0.1:9/plimsoll' });

  expect(exitCode).toBe(1);
  expect(of('database')).toMatchObject([
    { condition: 'broken', detail: expect.stringContaining('127.0.0.1:9/plimsoll') },
  ]);
  expect(JSON.stringify(of('database'))).not.toContain('hidden-word');
});

test('PostgreSQL without the index for parts of names is a warning, with the statements that make it', async (context) => {
  const engine = await postgresEngine();
  if (!engine) return context.skip();
  try {
    const url = await engine.migratedUrl();
    const database = async () => (await examine({ PLIMSOLL_DATABASE_URL: url })).of('database');
    const whole = await database();
    await runSql(url, 'drop extension pg_trgm cascade');
    const [, warning] = await database();
    for (const [statement] of warning?.fix?.matchAll(/(?:create|drop) [^;]+;/g) ?? []) await runSql(url, statement);

    expect(whole).toMatchObject([{ condition: 'ok' }]);
    expect(warning).toMatchObject({ condition: 'warning', detail: expect.stringContaining('without an index') });
    expect(await database()).toEqual(whole);
  } finally {
    await engine.stop();
  }
});

test('a database is well when it is up to date, and a warning when this version is newer; looking changes nothing', async () => {
  const dataDir = join(work, 'served');
  mkdirSync(dataDir, { mode: 0o700 });
  const path = join(dataDir, 'plimsoll.db');
  const store = await openStore({ url: `file:${path}`, vault: testVault, now: () => new Date() });
  await store.close();
  const forgetOne = () => {
    const database = new DatabaseSync(path);
    database.exec('delete from kysely_migration where name = (select max(name) from kysely_migration)');
    database.close();
  };

  const upToDate = (await examine({ PLIMSOLL_DATA_DIR: dataDir })).of('database');
  forgetOne();
  const older = (await examine({ PLIMSOLL_DATA_DIR: dataDir })).of('database');
  const again = (await examine({ PLIMSOLL_DATA_DIR: dataDir })).of('database');

  expect(upToDate).toMatchObject([{ condition: 'ok', detail: path }]);
  expect(older).toMatchObject([{ condition: 'warning', detail: expect.stringContaining('lacks 1 migration, from 0') }]);
  expect(again).toEqual(older);
});

test('a file that is no database is broken', async () => {
  const dataDir = join(work, 'odd');
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, 'plimsoll.db'), 'this is no database, however long it is looked at '.repeat(100));

  expect((await examine({ PLIMSOLL_DATA_DIR: dataDir })).of('database')).toMatchObject([{ condition: 'broken' }]);
});

test('a rule file that does not compile is named with its line, and the others are used', async () => {
  const rules = join(work, 'rules');
  mkdirSync(rules);
  writeFileSync(join(rules, 'good.yar'), 'rule good { strings: $a = "plimsoll-good" condition: $a }\n');
  writeFileSync(join(rules, 'bad.yar'), 'rule bad {\n  condition:\n    nothing_of_this_name\n}\n');

  const { exitCode, of } = await examine({ PLIMSOLL_YARA_RULES: rules });

  expect(exitCode).toBe(0);
  expect(of('yara-x')).toMatchObject([
    { condition: 'ok' },
    {
      condition: 'warning',
      detail: expect.stringMatching(/bad\.yar.*3/s),
      fix: expect.stringContaining('rules folder'),
    },
  ]);
});

test('a clamd that nobody serves is broken, with its address and what to do', async () => {
  const { exitCode, of } = await examine({ PLIMSOLL_CLAMD: 'tcp://127.0.0.1:9' });

  expect(exitCode).toBe(1);
  expect(of('yara-x')).toMatchObject([{ condition: 'ok' }]);
  expect(of('clamav')).toMatchObject([
    {
      condition: 'broken',
      detail: expect.stringContaining('127.0.0.1:9'),
      fix: expect.stringContaining('PLIMSOLL_CLAMD'),
    },
  ]);
});

test.runIf(hasClamd())('a clamd that runs tells its version', async () => {
  const clamd = await startClamd();
  try {
    for (const url of [clamd.url, clamd.socket]) {
      const { of } = await examine({ PLIMSOLL_CLAMD: url });

      expect(of('clamav')).toMatchObject([{ detail: expect.stringMatching(/^clamav \d+\.\d+/) }]);
      expect(['ok', 'warning']).toContain(of('clamav')[0]?.condition);
    }
  } finally {
    await clamd.stop();
  }
});

test.for([
  [200, '{"status":"ok"}', 'ok'],
  [503, '{"status":"unavailable"}', 'broken'],
  [200, '<html>', 'broken'],
] as const)('what answers %i %s is %s', async ([status, body, condition]) => {
  const http = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = http.address() as AddressInfo;

    const { of } = await examine({ PLIMSOLL_ENDPOINT: `http://127.0.0.1:${port}` });

    expect(of('server')).toMatchObject([{ condition }]);
  } finally {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
});
