import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { diffAdvisories } from './diff-advisories.ts';
import { findSnapshot, listSnapshots, snapshotPath } from './kept-snapshots.ts';
import { openAdvisories } from './open.ts';
import { updateAdvisories } from './update.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), 'kept-'));
afterAll(() => rmSync(root, { recursive: true }));
const dataDir = join(root, 'data');
const feeds = join(root, 'feeds');

interface Written {
  readonly fixed: string;
  readonly modified?: string;
  readonly summary?: string;
}

const record = (id: string, ecosystem: string, name: string, { fixed, modified, summary }: Written) => ({
  id,
  ...(modified ? { modified } : {}),
  ...(summary ? { summary } : {}),
  affected: [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
  ],
});

/** What the feeds hold, day by day. */
const days: readonly Readonly<Record<string, readonly object[]>>[] = [
  {
    npm: [
      record('GHSA-same', 'npm', 'same', { fixed: '1.0.0', modified: '2026-01-01T00:00:00Z' }),
      record('GHSA-fix', 'npm', 'fix', { fixed: '1.0.0' }),
      record('GHSA-text', 'npm', 'text', { fixed: '1.0.0', summary: 'as it was' }),
      record('GHSA-gone', 'npm', 'gone', { fixed: '1.0.0' }),
      record('GHSA-other', 'npm', 'gone', { fixed: '1.0.0' }),
    ],
    Debian: [record('DEBIAN-CVE-2026-1', 'Debian:12', 'same', { fixed: '1-1' })],
  },
  {
    npm: [
      record('GHSA-aaaa', 'npm', 'new', { fixed: '1.0.0' }), // first, so that every other row has another number
      record('GHSA-same', 'npm', 'same', { fixed: '1.0.0', modified: '2026-02-02T00:00:00Z' }),
      record('GHSA-fix', 'npm', 'fix', { fixed: '2.0.0' }),
      record('GHSA-text', 'npm', 'text', { fixed: '1.0.0', summary: 'as it is' }),
      record('GHSA-other', 'npm', 'gone', { fixed: '1.0.0' }),
    ],
    Debian: [
      record('DEBIAN-CVE-2026-1', 'Debian:12', 'same', { fixed: '1-1' }),
      record('DEBIAN-CVE-2026-2', 'Debian:13', 'same', { fixed: '1-1' }),
    ],
  },
  { npm: [record('GHSA-aaaa', 'npm', 'new', { fixed: '1.0.0' })], Debian: [] },
];

const ids: string[] = [];

async function update(day: number, keep: number): Promise<void> {
  for (const [ecosystem, records] of Object.entries(days[day] ?? {})) {
    const some = records.length > 0 ? records : [record('DEBIAN-CVE-2026-9', 'Debian:11', 'x', { fixed: '1' })];
    await writeAdvisoryZip(join(feeds, ecosystem, 'all.zip'), some);
  }
  writeFileSync(join(feeds, 'kev.json'), JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2026-9999' }] }));
  const urls = { osvUrl: feeds, kevUrl: join(feeds, 'kev.json'), ecosystems: ['Debian', 'npm'] };
  const now = () => new Date(Date.UTC(2026, 0, day + 1, 12));
  const { snapshot } = await updateAdvisories({ dataDir, ...urls, now, keep }, signal);
  ids.push(snapshot.id);
}

beforeAll(async () => {
  mkdirSync(feeds, { recursive: true });
  await update(0, 3);
  await update(1, 3);
});

const kept = async () => (await listSnapshots(dataDir)).map(({ snapshot }) => snapshot.id);

test('what was compiled before stays readable under its id, and the one in use costs no disk', async () => {
  const [first = '', second = ''] = ids;

  const database = openAdvisories(snapshotPath(dataDir, first));
  const found = database.find('npm', 'gone').map(({ id }) => id);
  database.close();

  expect(found).toEqual(['GHSA-gone', 'GHSA-other']);
  expect(await kept()).toEqual([second, first]);
  expect(statSync(snapshotPath(dataDir, second)).ino).toBe(statSync(advisoriesPath(dataDir)).ino);
});

test('a difference names the packages whose advisories came, changed or went, and the systems that are new', async () => {
  const [first = '', second = ''] = ids;

  const diff = await diffAdvisories(snapshotPath(dataDir, first), snapshotPath(dataDir, second), signal);

  const ofNpm = Object.fromEntries(diff?.packages.get('npm') ?? []);
  const none = new Set();
  expect(ofNpm).toEqual({
    new: { added: new Set(['GHSA-aaaa']), changed: none, removed: none },
    fix: { added: none, changed: new Set(['GHSA-fix']), removed: none },
    text: { added: none, changed: new Set(['GHSA-text']), removed: none },
    gone: { added: none, changed: none, removed: new Set(['GHSA-gone']) },
  });
  expect([...(diff?.packages.keys() ?? [])]).toEqual(['npm']);
  expect(diff?.coverage).toEqual(new Set(['Debian:13']));
});

test('nothing differs between a file and itself, and nothing can be said of one that is gone', async () => {
  const path = snapshotPath(dataDir, ids[0] ?? '');

  expect(await diffAdvisories(path, path, signal)).toEqual({ packages: new Map(), coverage: new Set() });
  expect(await diffAdvisories(join(root, 'nowhere'), path, signal)).toBeUndefined();
  expect(await diffAdvisories(path, join(root, 'nowhere'), signal)).toBeUndefined();
});

test('a snapshot is found by the beginning of its id, by its day, and by a time', async () => {
  const [first = '', second = ''] = ids;
  const find = async (word: string) => (await findSnapshot(dataDir, word)).snapshot.id;

  expect(await find(first.slice(0, 12))).toBe(first);
  expect(await find('2026-01-01')).toBe(first);
  expect(await find('2026-01-02T11:59:59Z')).toBe(first);
  expect(await find('2026-01-02')).toBe(second);
  expect(await find('2027-01-01')).toBe(second);
});

test.for(['2025-12-31', 'deadbeef', 'yesterday', ''])(
  'no snapshot for %j: the error lists those there are',
  async (word) => {
    await expect(findSnapshot(dataDir, word)).rejects.toMatchObject({
      code: 'advisories-missing',
      message: expect.stringContaining(`${ids[0]?.slice(0, 12)} of 2026-01-01T12:00:00.000Z`),
    });
  },
);

test('beyond their number the oldest go, with leavings and files that nobody can read', async () => {
  const folder = join(advisoriesFolder(dataDir), 'snapshots');
  writeFileSync(join(folder, `${'0'.repeat(64)}.sqlite.new`), 'half a copy');
  writeFileSync(join(folder, `${'0'.repeat(64)}.sqlite`), 'of another version');

  await update(2, 2);

  expect(await kept()).toEqual([ids[2], ids[1]]);
  expect(readdirSync(folder)).toHaveLength(2);
});
