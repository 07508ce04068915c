import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { advisoriesPath } from '../advisories/advisories-path.ts';
import { updateAdvisories } from '../advisories/update.ts';
import { AppError } from '../model/app-error.ts';
import type { Inventory } from '../model/inventory.ts';
import { createScanThreads, type ScanThreads } from './create-scan-threads.ts';
import { createVexFolder } from './create-vex-folder.ts';
import { createMatchInventory, type MatchInventory, type MatchInventoryDeps } from './match-inventory.ts';

const never = new AbortController().signal;
const DAY_MS = 86_400_000;

let work: string;
let threads: ScanThreads;
let now: Date;

beforeAll(() => {
  threads = createScanThreads(1);
});
afterAll(() => threads.close());
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'plimsoll-match-'));
  now = new Date('2026-11-25T00:00:00Z');
});
afterEach(() => rm(work, { recursive: true, force: true }));

const matcher = (overrides: Partial<MatchInventoryDeps> = {}): MatchInventory =>
  createMatchInventory({
    threads,
    advisoriesPath: advisoriesPath(work),
    maxAgeDays: 7,
    now: () => now,
    ...overrides,
  });

const inventory: Inventory = {
  packages: [{ ecosystem: 'npm', name: 'minimist', version: '0.0.8', path: 'a/package.json', layer: digestOf('l') }],
  problems: [],
};

const advisory = (id: string, fixed: string) => ({
  schema_version: '1.7.3',
  id,
  modified: '2023-01-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
});

/** Publishes these advisories and fetches them, as the server does. */
async function update(...records: readonly object[]) {
  await writeAdvisoryZip(join(work, 'osv/npm/all.zip'), records);
  await updateAdvisories(
    {
      dataDir: work,
      osvUrl: `file://${join(work, 'osv')}`,
      kevUrl: `file://${join(work, 'kev.json')}`,
      now: () => now,
    },
    never,
  );
}

test('an inventory is matched with the advisories there are, and the result says which', async () => {
  await update(advisory('GHSA-1', '0.2.1'));

  const { result, snapshot } = await matcher()(inventory, never);

  expect(result).toMatchObject({ coverage: 'known', gaps: [], vulnerabilities: [{ id: 'GHSA-1' }] });
  expect(snapshot?.id).toMatch(/\w/);
});

test('without advisories the result is unknown, never clean', async () => {
  const { result, snapshot } = await matcher()(inventory, never);

  expect(result).toMatchObject({ coverage: 'unknown', vulnerabilities: [], gaps: [{ cause: 'advisories-missing' }] });
  expect(snapshot).toBeUndefined();
});

test('new advisories are used from the next match on', async () => {
  const match = matcher();
  await update(advisory('GHSA-1', '0.0.1'));
  const before = await match(inventory, never);

  await update(advisory('GHSA-1', '0.0.1'), advisory('GHSA-2', '0.2.1'));
  const after = await match(inventory, never);

  expect(before.result.vulnerabilities).toEqual([]);
  expect(after.result.vulnerabilities.map(({ id }) => id)).toEqual(['GHSA-2']);
  expect(after.snapshot?.id).not.toBe(before.snapshot?.id);
});

test('advisories that nobody has asked about for too long make the result partial', async () => {
  await update(advisory('GHSA-1', '0.2.1'));
  now = new Date(now.getTime() + 7 * DAY_MS);
  expect((await matcher()(inventory, never)).result.coverage).toBe('known');

  now = new Date(now.getTime() + 1);
  const { result } = await matcher()(inventory, never);

  expect(result).toMatchObject({
    coverage: 'partial',
    gaps: [{ cause: 'advisories-stale', subject: expect.stringContaining('7 days') }],
    vulnerabilities: [{ id: 'GHSA-1' }],
  });
});

test('a match waits for the first fetch', async () => {
  const fetched = Promise.withResolvers<void>();
  const matching = matcher({ ready: fetched.promise })(inventory, never);

  await update(advisory('GHSA-1', '0.2.1'));
  fetched.resolve();

  expect((await matching).result.coverage).toBe('known');
});

test('a scan that is stopped does not go on waiting for it', async () => {
  const stop = new AbortController();
  const matching = matcher({ ready: new Promise(() => {}) })(inventory, stop.signal);

  stop.abort(new AppError('canceled', 'the job was stopped'));

  await expect(matching).rejects.toMatchObject({ code: 'canceled' });
});

test('statements of the VEX folder leave findings out with their reason, and change what a result is stored under', async () => {
  await update(advisory('GHSA-1', '0.2.1'), advisory('GHSA-2', '0.2.1'));
  const warnings: unknown[] = [];
  const folder = join(work, 'vex');
  const match = matcher({ vex: createVexFolder(folder, { warn: (facts: unknown) => warnings.push(facts) }) });
  const before = await match(inventory, never);
  await mkdir(folder);
  await writeFile(
    join(folder, 'team.json'),
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.com/vex/1',
      author: 'team',
      timestamp: '2026-11-25T00:00:00Z',
      version: 1,
      statements: [
        {
          vulnerability: { name: 'GHSA-1' },
          products: [{ '@id': 'pkg:npm/minimist' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_in_execute_path',
        },
      ],
    }),
  );
  await writeFile(join(folder, 'broken.json'), '{');

  const after = await match(inventory, never);
  const again = await match(inventory, never);

  expect(before.result.vulnerabilities.map(({ id }) => id)).toEqual(['GHSA-1', 'GHSA-2']);
  expect(after.result.vulnerabilities.map(({ id }) => id)).toEqual(['GHSA-2']);
  expect(after.result.suppressed).toMatchObject([
    { vulnerability: { id: 'GHSA-1' }, reason: 'vex', detail: expect.stringMatching(/^team\.json: /) },
  ]);
  expect(warnings).toEqual([expect.objectContaining({ file: 'broken.json' })]);
  expect(after.key).not.toBe(before.key);
  expect(again.key).toBe(after.key);
});

const saying = (status: string) =>
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    statements: [{ vulnerability: { name: 'GHSA-1' }, products: [{ '@id': 'pkg:npm/minimist' }], status }],
  });

test('of two VEX files about one package the later by name has the last word', async () => {
  await update(advisory('GHSA-1', '0.2.1'));
  const folder = join(work, 'vex');
  await mkdir(folder);
  await writeFile(join(folder, 'a.json'), saying('not_affected'));
  await writeFile(join(folder, 'b.json'), saying('affected'));
  const match = matcher({ vex: createVexFolder(folder, { warn: () => {} }) });

  const { result } = await match(inventory, never);

  expect(result.vulnerabilities.map(({ id }) => id)).toEqual(['GHSA-1']);
});

test('a VEX file that is too large is named without being read, and the others hold', async () => {
  const folder = join(work, 'vex');
  await mkdir(folder);
  await writeFile(join(folder, 'a.json'), saying('fixed'));
  await writeFile(join(folder, 'large.json'), '');
  await truncate(join(folder, 'large.json'), 16 * 1024 ** 2 + 1);
  const warnings: unknown[] = [];
  const vex = createVexFolder(folder, { warn: (facts: unknown) => warnings.push(facts) });

  const { statements, files } = await vex.read();

  expect(statements).toHaveLength(1);
  expect(files).toEqual([
    { name: 'a.json', statements: 1, problems: [] },
    { name: 'large.json', statements: 0, problems: [expect.stringContaining('16777217 bytes')] },
  ]);
  expect(warnings).toEqual([{ file: 'large.json', err: expect.objectContaining({ code: 'limit-exceeded' }) }]);
});

test('too many VEX files are said once, not at every match', async () => {
  const folder = join(work, 'vex');
  await mkdir(folder);
  await Promise.all(Array.from({ length: 1001 }, (_, at) => writeFile(join(folder, `${at}.json`), saying('fixed'))));
  const warnings: unknown[] = [];
  const vex = createVexFolder(folder, { warn: (facts: unknown) => warnings.push(facts) });

  await vex.read();
  await vex.read();

  expect(warnings).toEqual([{ folder, used: 1000 }]);
});
