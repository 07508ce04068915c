import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/run-command-line.ts';
import type { Store } from '../../src/store/store.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { seedEveryKind } from '../support/seed-every-kind.ts';
import { startTestApi, type TestApi } from '../support/start-test-api.ts';

let api: TestApi;
let engine: StoreEngine;
let store: Store;

beforeAll(async () => {
  engine = await sqliteEngine();
  const opened = await openTestStore(engine);
  store = opened.store;
  await seedEveryKind(store, opened.url);
  api = await startTestApi(store);
});
afterAll(async () => {
  await api.stop();
  await store.close();
  await engine.stop();
});

async function run(...args: readonly string[]) {
  const { terminal, written } = captureTerminal();
  const exitCode = await runCommandLine(args, {
    env: {
      PLIMSOLL_ENDPOINT: api.url,
      PLIMSOLL_SECRET_ID: api.key.secretId,
      PLIMSOLL_SECRET_KEY: api.key.secretKey,
      PLIMSOLL_DATA_DIR: '/nonexistent',
    },
    terminal,
    signal: new AbortController().signal,
    now: () => new Date(),
    readInput: async () => '',
  });
  return { exitCode, ...written };
}

const idOf = async (tag: string) =>
  (await run('image', 'list', '--tag', tag, '-o', 'csv')).out.split('\r\n')[1]?.split(',')[0] ?? '';

test('an image is shown with its malware, secrets and what is known of each kind', async () => {
  const { out, exitCode } = await run('image', 'show', await idOf('v1.1'));

  expect(exitCode).toBe(0);
  expect(out).toMatch(/^Malware {5}1$/m);
  expect(out).toMatch(/^Risks {7}1$/m);
  expect(out).toMatch(/^high +Linux\.Miner +usr\/bin\/miner$/m);
  expect(out).toMatch(/^high +A password in an environment variable +ENV +2026-01-01T00:00:00Z ENV PASSWORD=a\*+z$/m);
});

test('programs get the rows of every kind as the API has them', async () => {
  const shown = JSON.parse((await run('image', 'show', await idOf('v1.1'), '-o', 'json')).out);

  expect(shown.Viruses).toMatchObject([{ VirusName: 'Linux.Miner', Path: 'usr/bin/miner', RiskLevel: '3' }]);
  expect(shown.Risks).toMatchObject([{ Behavior: 3, Type: 2, Level: '3' }]);
  expect(shown.Vulnerabilities.length).toBeGreaterThan(0);
});

test('a kind that was not looked for is unknown, in the list, for one image, and for programs', async () => {
  const list = await run('image', 'list');
  const csv = (await run('image', 'list', '-o', 'csv')).out.trim().split('\r\n');
  const [header = [], ...rows] = csv.map((line) => line.split(','));
  const unscanned = rows.find((row) => row[header.indexOf('malware_status')] === 'NOT_SCAN') ?? [];
  const scanned = rows.filter((row) => row[header.indexOf('malware_status')] === 'SCANNED');
  const shown = await run('image', 'show', unscanned[0] ?? '');

  expect(list.out).toMatch(/FIX +MALWARE +RISKS +STATUS/);
  expect(unscanned[header.indexOf('malware')]).toBe('');
  expect(unscanned[header.indexOf('risks')]).toBe('');
  expect(new Set(scanned.map((row) => row[header.indexOf('malware')]))).toEqual(new Set(['0', '1']));
  expect(shown.out).toMatch(/^Malware {5}- \(unknown: not looked for yet\)$/m);
  expect(shown.out).toMatch(/^Risks {7}- \(unknown: not looked for yet\)$/m);
});
