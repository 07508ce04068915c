import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { ecosystems } from '../ecosystems/index.ts';
import type { Reading } from './open-reading.ts';
import type { PreparedRecord } from './prepare-record.ts';
import { createReadFeed, type NamedFeed } from './read-feed.ts';
import { readInThreads } from './read-in-threads.ts';
import { sources } from './sources/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-reading-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BATCH = 256; // records that an archive is read by

async function feedOf(ecosystem: string, records: number): Promise<NamedFeed> {
  const path = join(folder, `${ecosystem}.zip`);
  const affected = (name: string) => ({
    package: { ecosystem, name },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
  });
  const made = Array.from({ length: records }, (_, at) => ({
    id: `${ecosystem}-${at}`,
    aliases: at % 3 === 0 ? ['GHSA-2222-3333-4444'] : [`CVE-2026-${10_000 + at}`],
    details: `${at}: a crafted request lets attackers in.`,
    ...(at % 7 === 0 ? { withdrawn: '2026-01-01T00:00:00Z' } : {}),
    affected: at % 11 === 0 ? 'no list' : [affected(`package-${at % 50}`), affected(`other-${at}`)],
  }));
  await writeAdvisoryZip(path, made);
  return { name: `osv/${ecosystem}`, path };
}

async function readAll(feeds: readonly NamedFeed[], read: Reading['read']): Promise<readonly PreparedRecord[][]> {
  const all: PreparedRecord[][] = [];
  for (const feed of feeds) {
    const records: PreparedRecord[] = [];
    for await (const batch of read(feed)) records.push(...batch);
    all.push(records);
  }
  return all;
}

/** Buffers come out of a thread as plain bytes. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_, each) =>
      each?.type === 'Buffer' ? each.data : each instanceof Uint8Array ? [...each] : each,
    ),
  );

test.for([1, 2, 3])('%i threads read the same records in the same order as one does', async (threads) => {
  const epss = join(folder, 'epss.csv');
  writeFileSync(epss, gzipSync('cve,epss,percentile\nCVE-2026-10001,0.5,0.9\nnothing\n'));
  const feeds = [
    await feedOf('npm', 3 * BATCH),
    await feedOf('PyPI', 1),
    { name: 'epss/scores', path: epss },
    await feedOf('Go', 2 * BATCH + 5),
  ];
  const reading = readInThreads(feeds, threads);
  try {
    const inThreads = await readAll(feeds, reading.read);

    expect(plain(inThreads)).toEqual(plain(await readAll(feeds, createReadFeed(sources, ecosystems))));
    expect(inThreads.map((records) => records.length)).toEqual([3 * BATCH, 1, 2, 2 * BATCH + 5]);
    expect(new Set(inThreads.flat().map(({ kind }) => kind))).toEqual(new Set(['advisory', 'ignored', 'bad', 'epss']));
  } finally {
    await reading.close();
  }
});

test('a file that cannot be read is said with its cause, after the feeds before it', async () => {
  const damaged = join(folder, 'damaged.zip');
  writeFileSync(damaged, 'no archive');
  const [good, bad] = [await feedOf('RubyGems', 3), { name: 'osv/Packagist', path: damaged }];
  const reading = readInThreads([good, bad], 2);
  try {
    expect((await readAll([good], reading.read)).flat()).toHaveLength(3);
    await expect(readAll([bad], reading.read)).rejects.toMatchObject({
      code: 'blob-corrupt',
      message: expect.stringContaining('damaged.zip is not a readable zip archive'),
    });
  } finally {
    await reading.close();
  }
});
