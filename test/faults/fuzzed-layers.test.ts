import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { seededRandom } from '../../bench/seeded-random.ts';
import { digestOf, layer, toTar } from '../../demo/build-layer.ts';
import { buildZip } from '../support/build-zip.ts';
import { mutateTar } from '../support/mutate-tar.ts';
import { type WalkEnd, walkHostile } from '../support/walk-hostile.ts';

const TARS = 10_000;
const FRAMES = 1_500;
const MiB = 1024 ** 2;
/** Small, so that bounds are reached, too. */
const limits = { maxCompressedBytes: MiB, maxUncompressedBytes: 2 * MiB, maxEntries: 60, maxPathBytes: 300 };
const content = (text: string) => Buffer.from(text);

/** Every kind of entry and header, and files that analyzers read. */
const everything = Buffer.concat([
  toTar([
    { path: 'etc/', type: '5' },
    { path: 'etc/os-release', type: '0', content: content('ID=debian\nVERSION_ID="12"\n') },
    {
      path: 'var/lib/dpkg/status',
      type: '0',
      content: content('Package: bash\nStatus: install ok installed\nVersion: 5.2-1\n'),
    },
    { path: 'app/node_modules/a/package.json', type: '0', content: content('{"name":"a","version":"1.0.0"}') },
    {
      path: 'app/a.jar',
      type: '0',
      content: buildZip([{ name: 'META-INF/MANIFEST.MF', content: 'Implementation-Version: 1\n' }]),
    },
    { path: 'app/node_modules/b/package.json', type: '1', target: 'app/node_modules/a/package.json' },
    { path: 'etc/link', type: '2', target: '../usr/lib/os-release' },
    { path: 'dev/null', type: '3' },
    { path: 'var/.wh.old', type: '0' },
    { path: 'opt/.wh..wh..opq', type: '0' },
    { path: `${'deep/'.repeat(40)}näme`, type: '0', content: content('x') },
    { path: '././@LongLink', type: 'L', content: content(`app/${'long/'.repeat(30)}requirements.txt\0`) },
    { path: 'app/requirements.txt', type: '0', content: content('flask==1.0\n') },
    { path: 'pax_global_header', type: 'g', content: content('52 comment=0123456789012345678901234567890123456789\n') },
    { path: 'sparse', type: 'S', content: content('data') },
  ]),
]);

function tally(ends: Map<string, number>, { report, cause }: WalkEnd): void {
  const how = cause ?? (report.problems.length > 0 ? 'report with problems' : 'report');
  ends.set(how, (ends.get(how) ?? 0) + 1);
}

test(`${TARS} mutations of a tar end as a report or an error with a cause`, async () => {
  const random = seededRandom(20_260_101);
  const ends = new Map<string, number>();

  for (let round = 0; round < TARS; round++) {
    const tar = mutateTar(everything, random);
    const end = await walkHostile(tar, { limits }).catch((cause: unknown) => {
      throw new Error(`mutation ${round} ended as nobody expects`, { cause });
    });
    tally(ends, end);
    expect(end.report?.entries ?? 0).toBeLessThanOrEqual(limits.maxEntries);
    // A path that leads anywhere but below the root is never one of a report.
    for (const path of Object.keys(end.report?.files ?? {})) expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)|\0/);
  }

  // The mutations reach what they are for: neither all of them harmless nor all refused at the first header.
  expect([...ends.keys()].sort()).toEqual(['layer-corrupt', 'report', 'report with problems']);
  for (const count of ends.values()) expect(count).toBeGreaterThan(TARS / 50);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['gzip', (bytes) => gzipSync(bytes)],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
  ['gzip members', (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 4_000)), gzipSync(bytes.subarray(4_000))])],
  [
    'zstd frames',
    (bytes) => Buffer.concat([zstdCompressSync(bytes.subarray(0, 4_000)), zstdCompressSync(bytes.subarray(4_000))]),
  ],
])(`${FRAMES} mutations of %s end as a report or an error with a cause`, async (_, compress) => {
  const random = seededRandom(7);
  const good = compress(everything);
  const below = (limit: number) => Math.floor(random() * limit);
  const ends = new Map<string, number>();

  for (let round = 0; round < FRAMES; round++) {
    let bytes = Buffer.from(good);
    // The first bytes say how the rest is to be read: they are changed as often as all others together.
    for (let left = 1 + below(3); left > 0; left--) bytes[below(random() < 0.5 ? 20 : bytes.byteLength)] = below(256);
    if (random() < 0.2) bytes = bytes.subarray(0, below(bytes.byteLength));
    if (random() < 0.1) bytes = Buffer.concat([bytes, bytes]);
    tally(ends, await walkHostile(bytes, { limits, digest: digestOf(bytes) }));
  }

  expect(ends.get('layer-corrupt')).toBeGreaterThan(FRAMES / 2);
});

test('a small layer that breaks off at any byte is damage, or what was there without its end', async () => {
  const small = layer().file('etc/os-release', 'ID=alpine\nVERSION_ID=3.20\n').symlink('a', 'b').tar().bytes;
  const whole = { tar: Buffer.from(small), gzip: gzipSync(small), zstd: zstdCompressSync(small) };

  for (const [how, bytes] of Object.entries(whole)) {
    for (let length = 0; length < bytes.byteLength; length++) {
      const { report, cause } = await walkHostile(bytes.subarray(0, length));
      // Nothing but the marks at the end of an archive may be missing, and gzip's or zstd's own end never.
      if (report) expect(how === 'tar' || length === 0, `${how} of ${length} bytes`).toBe(true);
      else expect(cause).toBe('layer-corrupt');
    }
  }
});
