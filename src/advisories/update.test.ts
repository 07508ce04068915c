import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { lockFolder } from './lock-folder.ts';
import { openAdvisories } from './open.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readAdvisoryStatus } from './status.ts';
import { updateAdvisories } from './update.ts';
import type { UpdateAdvisoriesOptions, UpdateProgress } from './update-options.ts';

vi.setConfig({ testTimeout: 120_000 }); // half a second of work for each compilation, in its own thread

const root = mkdtempSync(join(tmpdir(), 'update-'));
afterAll(() => rmSync(root, { recursive: true }));
const { signal: never } = new AbortController();

let dataDir = '';
let feeds = '';
let time = 0;
beforeEach(() => {
  dataDir = mkdtempSync(join(root, 'data-'));
  feeds = mkdtempSync(join(root, 'feeds-'));
  time = Date.parse('2026-01-01T00:00:00Z');
});
const DAY_MS = 86_400_000;
const zip = (ecosystem: string) => join(feeds, ecosystem, 'all.zip');
const kev = () => join(feeds, 'kev.json');

const record = (id: string, ecosystem: string, name: string, fixed: string) => ({
  id,
  affected: [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
  ],
});

async function writeFeeds(fixed = '1.0.0'): Promise<void> {
  await writeAdvisoryZip(zip('npm'), [record('CVE-2026-0001', 'npm', 'a', fixed)]);
  await writeAdvisoryZip(zip('Debian'), [record('DEBIAN-CVE-2026-0002', 'Debian:12', 'b', '1-1')]);
  writeFileSync(kev(), JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2026-0001' }] }));
}

function update(more: Partial<UpdateAdvisoriesOptions> = {}, signal = never) {
  const options = { dataDir, osvUrl: feeds, kevUrl: kev(), ecosystems: ['Debian', 'npm'], retryDelayMs: 0 };
  return updateAdvisories({ ...options, now: () => new Date(time), ...more }, signal);
}

/** The fix that the compiled advisories know for npm's package `a`. */
function knownFix(): string | undefined {
  const database = openAdvisories(advisoriesPath(dataDir));
  const [advisory] = database.find('npm', 'a');
  database.close();
  return advisory?.ranges[0]?.events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))[0];
}

const contents = () => readdirSync(advisoriesFolder(dataDir)).filter((name) => !name.startsWith('update.lock'));

/** Names of the downloaded feeds, which are the hashes of what is in them. */
const downloads = () => contents().filter((name) => name.endsWith('.feed'));

test('a first update compiles what the feeds hold; a second finds nothing new and says when it asked', async () => {
  await writeFeeds();

  const first = await update();
  time += DAY_MS;
  const second = await update();
  const status = await readAdvisoryStatus(dataDir, new Date(time + 2 * DAY_MS));

  expect(first).toMatchObject({ changed: true, problems: [], snapshot: { advisories: 2, exploited: 1 } });
  expect(second).toEqual({
    changed: false,
    problems: [],
    snapshot: { ...first.snapshot, checkedAt: '2026-01-02T00:00:00.000Z' },
  });
  expect(first.snapshot.checkedAt).toBe('2026-01-01T00:00:00.000Z');
  expect(status).toMatchObject({
    snapshot: second.snapshot,
    ageMs: 2 * DAY_MS,
    feeds: ['kev/catalogue', 'osv/Debian', 'osv/npm'].map((name) => ({
      name,
      records: 1,
      bad: 0,
      downloadedAt: '2026-01-01T00:00:00.000Z',
      checkedAt: '2026-01-02T00:00:00.000Z',
    })),
  });
});

test('new content is compiled, and nothing of the old is left', async () => {
  await writeFeeds();
  await update();
  await writeFeeds('2.0.0');

  const { changed } = await update();

  expect(changed).toBe(true);
  expect(knownFix()).toBe('2.0.0');
  expect(downloads()).toHaveLength(3);
});

test('an ecosystem that is there already stays, and stays up to date, when an update names others', async () => {
  await writeFeeds();
  await update();
  await writeFeeds('2.0.0');

  const { snapshot } = await update({ ecosystems: ['Debian'] });

  expect(snapshot.namespaces.map(({ name }) => name)).toEqual(['Debian:12', 'npm']);
  expect(knownFix()).toBe('2.0.0');
});

test('the same content under another date is no news', async () => {
  await writeFeeds();
  await update();
  rmSync(zip('npm'));
  await writeAdvisoryZip(zip('npm'), [record('CVE-2026-0001', 'npm', 'a', '1.0.0')]);

  expect(await update()).toMatchObject({ changed: false, problems: [] });
});

test.each<[string, () => void, string]>([
  ['a page to sign in', () => writeFileSync(zip('npm'), '<html>sign in</html>'.repeat(100)), 'blob-corrupt'],
  ['half an archive', () => writeFileSync(zip('npm'), readFileSync(zip('npm')).subarray(0, 100)), 'blob-corrupt'],
  ['nothing at all', () => rmSync(zip('npm')), 'advisories-missing'],
])('a feed that has become %s keeps what it had, until it is good again', async (_, spoil, cause) => {
  await writeFeeds();
  await update();
  spoil();
  await writeAdvisoryZip(zip('Debian'), [record('DEBIAN-CVE-2026-0003', 'Debian:12', 'c', '1-1')]);
  time += DAY_MS;

  const { changed, problems, snapshot } = await update();
  const { feeds: listed } = await readAdvisoryStatus(dataDir, new Date(time));

  expect(problems).toMatchObject([{ feed: 'osv/npm', cause }]);
  expect(changed).toBe(true);
  expect(knownFix()).toBe('1.0.0');
  expect(snapshot.checkedAt).toBe('2026-01-01T00:00:00.000Z'); // as old as the oldest feed
  expect(listed.find(({ name }) => name === 'osv/npm')).toMatchObject({
    missing: expect.stringMatching(/\w/),
    checkedAt: '2026-01-01T00:00:00.000Z',
  });

  await writeFeeds('3.0.0');
  expect((await update()).problems).toEqual([]);
  expect(knownFix()).toBe('3.0.0');
});

test('an archive that was never usable leaves its ecosystem uncovered, and the others in use', async () => {
  await writeFeeds();
  writeFileSync(zip('npm'), '<html>');

  const { problems, snapshot } = await update();

  expect(problems).toMatchObject([{ feed: 'osv/npm', cause: 'blob-corrupt' }]);
  expect(snapshot.namespaces.map(({ name }) => name)).toEqual(['Debian:12']);
});

test('a record that cannot be read is reported, and the others are used', async () => {
  await writeFeeds();
  const good = record('CVE-2026-0001', 'npm', 'a', '1.0.0');
  await writeAdvisoryZip(zip('npm'), [good, { ...good, id: 'CVE-2026-0004' }, { id: 'CVE-2026-0005', affected: 1 }]);

  const { problems } = await update();

  expect(problems).toMatchObject([{ feed: 'osv/npm', record: 'CVE-2026-0005.json', cause: 'blob-corrupt' }]);
  expect((await readAdvisoryStatus(dataDir, new Date(time))).feeds.at(-1)).toMatchObject({ records: 3, bad: 1 });
});

describe('the catalogue of exploited vulnerabilities', () => {
  test('may be absent where it was never had: a fact for the status, no problem', async () => {
    await writeFeeds();
    rmSync(kev());

    expect(await update()).toMatchObject({ problems: [], snapshot: { exploited: 0 } });
    expect((await readAdvisoryStatus(dataDir, new Date(time))).feeds[0]).toMatchObject({
      name: 'kev/catalogue',
      missing: expect.stringContaining('not there'),
    });
  });

  test('that cannot be asked for is a problem from the first time on', async () => {
    await writeFeeds();
    const fetch = () => Promise.reject(new Error('ENOTFOUND'));

    expect(await update({ kevUrl: 'https://kev.invalid/kev.json', fetch })).toMatchObject({
      problems: [{ feed: 'kev/catalogue', cause: 'connection-failed' }],
    });
  });

  test('stays in use when it is gone or spoilt', async () => {
    await writeFeeds();
    await update();
    writeFileSync(kev(), '{}');
    const spoilt = await update();
    rmSync(kev());
    const gone = await update();

    for (const { problems, snapshot } of [spoilt, gone]) {
      expect(problems).toMatchObject([{ feed: 'kev/catalogue' }]);
      expect(snapshot.exploited).toBe(1);
    }
  });
});

test('without any advisories there is nothing to work with, and nothing is left behind', async () => {
  await expect(update()).rejects.toMatchObject({
    code: 'advisories-missing',
    message: expect.stringContaining(join(feeds, 'Debian', 'all.zip')),
  });
  expect(readSnapshot(advisoriesPath(dataDir))).toBeUndefined();
  expect(contents().filter((name) => name.endsWith('.sqlite') || name.endsWith('.feed'))).toEqual([]);
});

test.each(['../etc', 'npm/../..', '', 'a'.repeat(100), 'a?b'])('%j is no ecosystem', async (name) => {
  await expect(update({ ecosystems: [name] })).rejects.toMatchObject({ code: 'ecosystem-not-covered' });
});

test('leavings of an update that was killed are cleared away', async () => {
  await writeFeeds();
  const folder = advisoriesFolder(dataDir);
  mkdirSync(join(folder, '.compile-abc'), { recursive: true });
  writeFileSync(join(folder, '.compile-abc', 'advisories.sqlite'), 'half');
  writeFileSync(join(folder, 'download.part'), 'half');
  writeFileSync(join(folder, `${'0'.repeat(64)}.feed`), 'nobody lists it');
  writeFileSync(join(folder, 'feeds.json'), '{"feeds":');

  await update();

  expect(
    contents()
      .filter((name) => !name.endsWith('.feed'))
      .toSorted(),
  ).toEqual(['advisories.sqlite', 'advisories.sqlite.checked', 'feeds.json', 'snapshots']);
  expect(downloads()).toHaveLength(3);
});

test('a compiled file of another version, damaged or lost, is compiled anew from the feeds that are there', async () => {
  await writeFeeds();
  await update();
  const fetched = downloads();
  for (const damage of ['', 'no database']) {
    writeFileSync(advisoriesPath(dataDir), damage);

    expect(await update()).toMatchObject({ changed: true, problems: [] });
    expect(knownFix()).toBe('1.0.0');
  }
  rmSync(advisoriesPath(dataDir));
  expect(await update()).toMatchObject({ changed: true });
  expect(downloads()).toEqual(fetched);
});

test('downloaded feeds that were damaged on the disk are fetched again, cut ones at once', async () => {
  await writeFeeds();
  await update();
  const spoil = (change: (bytes: Buffer) => Buffer) => {
    for (const name of downloads())
      writeFileSync(join(advisoriesFolder(dataDir), name), change(readFileSync(join(advisoriesFolder(dataDir), name))));
    rmSync(advisoriesPath(dataDir));
  };

  spoil((bytes) => bytes.subarray(0, 50));
  expect(await update()).toMatchObject({ changed: true, problems: [] });
  spoil((bytes) => bytes.fill(0));
  await expect(update()).rejects.toMatchObject({ code: 'blob-corrupt' });
  expect(await update()).toMatchObject({ changed: true, problems: [] });
});

test('two updates at once do the work once after the other', async () => {
  await writeFeeds();
  const steps: UpdateProgress['step'][] = [];
  const onProgress = ({ step }: UpdateProgress) => steps.push(step);

  const results = await Promise.all([update({ onProgress }), update({ onProgress })]);

  expect(results.map(({ changed }) => changed).toSorted()).toEqual([false, true]);
  expect(steps).toContain('waiting');
});

test('a reader sees the old or the new advisories at every moment of an update', async () => {
  await writeFeeds();
  await update();
  const before = openAdvisories(advisoriesPath(dataDir));
  await writeFeeds('2.0.0');
  const seen = new Set<string | undefined>();

  await update({ onProgress: () => seen.add(knownFix()) });

  expect([...seen]).toEqual(['1.0.0']);
  expect(before.find('npm', 'a')).toHaveLength(1);
  expect(knownFix()).toBe('2.0.0');
  before.close();
});

test('an abort while it compiles leaves the old advisories and lets the lock go', async () => {
  await writeFeeds();
  await update();
  await writeFeeds('2.0.0');
  const controller = new AbortController();
  const onProgress = ({ step }: UpdateProgress) => step === 'compile' && controller.abort(new Error('enough'));

  await expect(update({ onProgress }, controller.signal)).rejects.toThrow('enough');

  expect(knownFix()).toBe('1.0.0');
  (await lockFolder(advisoriesFolder(dataDir), () => {}, AbortSignal.timeout(5_000)))[Symbol.dispose]();
  expect(await update()).toMatchObject({ changed: true });
  expect(knownFix()).toBe('2.0.0');
});

test('without a data folder there is no status but an empty one', async () => {
  expect(existsSync(advisoriesFolder(dataDir))).toBe(false);
  expect(await readAdvisoryStatus(dataDir, new Date(time))).toEqual({ feeds: [] });
});
