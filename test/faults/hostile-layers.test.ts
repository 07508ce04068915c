import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { digestOf, layer, type TarEntry, toTar } from '../../demo/build-layer.ts';
import type { LayerLimits } from '../../src/layers/layer-entry.ts';
import { buildZip } from '../support/build-zip.ts';
import { walkHostile } from '../support/walk-hostile.ts';

// Each ends as a report that keeps what could be read and says where what could not, or as an error with a cause.

const MiB = 1024 ** 2;
const osRelease = 'ID=debian\nVERSION_ID="12"\n';
const good: TarEntry = { path: 'etc/os-release', type: '0', content: Buffer.from(osRelease) };
const kept = { 'etc/os-release': [{ kind: 'os', family: 'debian' }] };
const file = (path: string, content: string | Uint8Array = 'x'): TarEntry => ({
  path,
  type: '0',
  content: Buffer.from(content),
});

describe('a bomb is cut, and what came before it is kept:', () => {
  const zeros = layer()
    .file('etc/os-release', osRelease)
    .file('zeros', Buffer.alloc(96 * MiB))
    .file('var/lib/dpkg/status', 'never seen')
    .tar().bytes;
  const noisy = layer()
    .file('etc/os-release', osRelease)
    .file('node_modules/a/package.json', '{"name":"a"')
    .tar().bytes;

  test.each<[string, Uint8Array, Partial<LayerLimits>, string]>([
    ['gzip', gzipSync(zeros), {}, 'PLIMSOLL_MAX_RATIO'],
    ['zstd', zstdCompressSync(zeros), {}, 'PLIMSOLL_MAX_RATIO'],
    ['a plain tar', zeros, { maxUncompressedBytes: 8 * MiB }, 'PLIMSOLL_MAX_UNPACKED_BYTES'],
    ['more files than allowed', gzipSync(noisy), { maxEntries: 1 }, 'PLIMSOLL_MAX_ENTRIES'],
  ])('%s', async (_, bytes, limits, setting) => {
    const { report } = await walkHostile(bytes, { limits });

    expect(report?.files).toMatchObject(kept);
    expect(report?.files).not.toHaveProperty('var/lib/dpkg/status');
    expect(report?.problems).toEqual([
      { path: '.', analyzer: 'layer', cause: 'limit-exceeded', message: expect.stringContaining(setting) },
    ]);
    expect(report?.diffId).toBeUndefined();
  });

  test('a blob that is larger than allowed, whose digest nobody can check then', async () => {
    const { report } = await walkHostile(Buffer.from(zeros), { limits: { maxCompressedBytes: MiB } });

    expect(report).toMatchObject({ files: kept, unverified: true, problems: [{ cause: 'limit-exceeded' }] });
  });
});

test.each<[string, Uint8Array]>([
  ['gzip in a hundred thousand empty members', Buffer.alloc(100_000 * 20, gzipSync(Buffer.alloc(0)))],
  ['zstd in ten thousand empty frames', Buffer.alloc(10_000 * 9, zstdCompressSync(Buffer.alloc(0)).subarray(0, 9))],
  ['a hundred thousand skippable frames', Buffer.alloc(100_000 * 8, Buffer.from('502a4d1800000000', 'hex'))],
])('%s is an empty layer or a damaged one', async (_, bytes) => {
  const { report, cause } = await walkHostile(bytes);

  expect(report ? report.entries : cause).toBe(report ? 0 : 'layer-corrupt');
});

test.each([
  ['a window of two gigabytes', '28b52ffd00b801000078'],
  ['a dictionary that nobody has', '28b52ffd032a01000078'],
  ['a block that is larger than any', '28b52ffd0058ffffff78'],
])('zstd with %s is damaged', async (_, hex) => {
  expect(await walkHostile(Buffer.from(hex, 'hex'))).toMatchObject({ cause: 'layer-corrupt' });
});

/** A header of which many copies differ in eight digits of their name only. */
function numberedHeaders(entry: TarEntry): (at: number) => Buffer {
  const block = Buffer.from(toTar([entry]).subarray(0, 512));
  const sumWithoutDigits = Number.parseInt(block.toString('latin1', 148, 154), 8) - 8 * 0x30;
  return (at) => {
    const digits = String(at).padStart(8, '0');
    block.write(digits, 1, 'latin1');
    const sum = [...digits].reduce((total, digit) => total + digit.charCodeAt(0), sumWithoutDigits);
    block.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
    return block;
  };
}

test('a million entries are walked in bounded memory, a chunk at a time', async () => {
  const ENTRIES = 1_000_000;
  const PER_CHUNK = 1_000;
  const write = numberedHeaders({ path: 'l00000000', type: '2', target: 'x' });
  function* chunks() {
    for (let at = 0; at < ENTRIES; at += PER_CHUNK) {
      const chunk = Buffer.alloc(PER_CHUNK * 512);
      for (let each = 0; each < PER_CHUNK; each++) chunk.set(write(at + each), each * 512);
      yield chunk;
    }
    yield Buffer.alloc(1_024);
  }
  const { report } = await walkHostile(chunks);

  expect(report).toMatchObject({ entries: ENTRIES, problems: [] });
  expect(report?.removed).toHaveLength(ENTRIES);
});

describe('a line of ten megabytes', () => {
  const paths = [
    'etc/os-release',
    'etc/apk/repositories',
    'etc/redhat-release',
    'lib/apk/db/installed',
    'var/lib/dpkg/status',
    'var/lib/dpkg/info/a.list',
    'var/lib/rpmmanifest/container-manifest-2',
    'app/node_modules/a/package.json',
    'app/package-lock.json',
    'app/yarn.lock',
    'app/pnpm-lock.yaml',
    'app/bun.lock',
    'app/requirements.txt',
    'app/poetry.lock',
    'app/Pipfile.lock',
    'app/Gemfile.lock',
    'app/go.mod',
    'app/Cargo.lock',
    'app/composer.lock',
    'app/gradle.lockfile',
    'app/packages.config',
    'app/packages.lock.json',
    'app/a.deps.json',
    'usr/lib/python3/dist-packages/a.dist-info/METADATA',
    'usr/lib/ruby/gems/3.1.0/specifications/a-1.0.gemspec',
    'opt/conda/conda-meta/a-1.0-0.json',
    'usr/local/go/VERSION',
  ];
  test.each([
    ['letters', 'a'],
    ['assignments', ' a==1;'],
  ])('of %s in every file that is read ends with the layer', async (_, piece) => {
    const line = Buffer.alloc(10 * MiB, piece);
    const headers = paths.map((path) => toTar([file(path, line)]).subarray(0, 512));

    const { report } = await walkHostile(() => [...headers.flatMap((header) => [header, line]), Buffer.alloc(1_024)]);

    expect(report?.entries).toBe(paths.length);
    expect(Object.values(report?.files ?? {}).flat()).toEqual([]);
  });
});

test('brackets that nobody closes, ten megabytes of them, are no JSON', async () => {
  const tar = layer()
    .file('app/package-lock.json', Buffer.alloc(10 * MiB, '{"a":['))
    .file('etc/os-release', osRelease)
    .tar();

  const { report } = await walkHostile(tar.bytes);

  expect(report?.files).toMatchObject(kept);
  expect(report?.problems).toMatchObject([{ path: 'app/package-lock.json', cause: 'package-unreadable' }]);
});

describe('headers that describe headers', () => {
  const chain = (entry: TarEntry) => toTar([...Array.from({ length: 20_000 }, () => entry), good]);
  const pax = (text: string): TarEntry => ({ path: 'PaxHeader', type: 'x', content: Buffer.from(text) });

  test.each<[string, TarEntry]>([
    ["GNU's long names", { path: '././@LongLink', type: 'L', content: Buffer.from('etc/os-release\0') }],
    ["GNU's long targets", { path: '././@LongLink', type: 'K', content: Buffer.from('x\0') }],
    ['PAX headers', pax('23 path=etc/os-release\n')],
    ['global PAX headers', { ...pax('23 path=etc/os-release\n'), type: 'g' }],
  ])('twenty thousand %s end in their entry, or at the limit of entries', async (_, entry) => {
    const tar = chain(entry);

    expect((await walkHostile(tar)).report?.files).toMatchObject(kept);
    expect((await walkHostile(tar, { limits: { maxEntries: 1_000 } })).report?.problems).toMatchObject([
      { path: '.', cause: 'limit-exceeded', message: expect.stringContaining('PLIMSOLL_MAX_ENTRIES') },
    ]);
  });

  test.each<[string, TarEntry]>([
    ['a PAX header that goes on in zeros', pax('12 path=abc\n\0\0\0\0')],
    ['a PAX record that is longer than its header', pax('99 path=abc\n')],
    ['a PAX size that no file has', pax('24 size=999999999999999\n')],
    ['a PAX size below nothing', pax('11 size=-1\n')],
  ])('%s is damage', async (_, entry) => {
    expect(await walkHostile(toTar([entry, good]))).toMatchObject({ cause: 'layer-corrupt' });
  });

  test('a chain that describes nothing is an empty layer', async () => {
    expect((await walkHostile(toTar([pax('23 path=etc/os-release\n')]))).report).toMatchObject({ entries: 0 });
  });
});

const status = 'Package: evil\nStatus: install ok installed\nVersion: 1\n';

test.each<[string, TarEntry, { readonly files?: readonly string[]; readonly problem?: object }]>([
  ['an absolute path lies below the root', file('/var/lib/dpkg/status', status), { files: ['var/lib/dpkg/status'] }],
  [
    'a path out of the root is told and not used',
    file('../../var/lib/dpkg/status', status),
    { problem: { path: '../../var/lib/dpkg/status', cause: 'layer-corrupt' } },
  ],
  ['dots inside are resolved', file('var/./x/../lib//dpkg/status', status), { files: ['var/lib/dpkg/status'] }],
  [
    'a link out of the root is told and not followed',
    { path: 'var/lib/dpkg/status', type: '2', target: '../../../../../proc/1/environ' },
    { problem: { path: 'var/lib/dpkg/status' } },
  ],
  [
    'a hard link out of the root is told and not followed',
    { path: 'var/lib/dpkg/status', type: '1', target: '../../etc/shadow' },
    { problem: { path: 'var/lib/dpkg/status' } },
  ],
  [
    'a link to itself is told and not followed',
    { path: 'var/lib/dpkg/status', type: '1', target: 'var/lib/dpkg/status' },
    { problem: { path: 'var/lib/dpkg/status' } },
  ],
  ['a device is told', { path: 'var/lib/dpkg/status', type: '4' }, { problem: { path: 'var/lib/dpkg/status' } }],
  ['a sparse file is told', { path: 'var/lib/dpkg/status', type: 'S' }, { problem: { path: 'var/lib/dpkg/status' } }],
  [
    'a path longer than any is told',
    file(`${'x/'.repeat(3_000)}package.json`, '{}'),
    { problem: { cause: 'limit-exceeded', message: expect.stringContaining('PLIMSOLL_MAX_PATH_BYTES') } },
  ],
  ['marks that turn the reading direction are part of a name', file('var/lib/dpkg/\u202esutats', status), {}],
  ['a name that only looks the same is another', file('etc/os\u2010release', osRelease), {}],
])('%s', async (_, entry, { files = [], problem }) => {
  const { report } = await walkHostile(toTar([entry, good]));

  expect(Object.keys(report?.files ?? {}).sort()).toEqual(['etc/os-release', ...files].sort());
  expect(report?.problems ?? []).toEqual(problem ? [expect.objectContaining(problem)] : []);
});

test('a name with a NUL byte ends there, as for every engine; one in a PAX header is told', async () => {
  const nul = 'etc/os-release\0.txt';
  const record = ` path=${nul}\n`;
  const pax = { path: 'PaxHeader', type: 'x', content: Buffer.from(`${record.length + 2}${record}`) };

  const { report } = await walkHostile(toTar([pax, file('a', osRelease), good]));

  expect(report?.problems).toMatchObject([{ path: 'etc/os-release\\0.txt', cause: 'layer-corrupt' }]);
  expect(report?.files).toMatchObject(kept);
});

test('composed and decomposed letters are two names; bytes that are no UTF-8 are one that can be stored', async () => {
  const entries = ['app/\u00e9/package-lock.json', 'app/e\u0301/package-lock.json'].map((path) => file(path, '{}'));
  const tar = toTar([...entries, file('app/XX/package-lock.json', '{}')]);
  const at = tar.indexOf('app/XX/');
  tar.set([0xc3, 0x28], at + 4);
  // The checksum after two bytes that are other ones.
  const sum = Number.parseInt(tar.toString('latin1', at + 148, at + 154), 8) + 0xc3 + 0x28 - 2 * 0x58;
  tar.write(sum.toString(8).padStart(6, '0'), at + 148, 'latin1');

  const { report } = await walkHostile(tar);

  const paths = Object.keys(report?.files ?? {});
  expect(paths).toEqual([...entries.map(({ path }) => path), 'app/\ufffd(/package-lock.json']);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('of a path that comes a hundred thousand times the last counts', async () => {
  const many = Array.from({ length: 100_000 }, () => file('var/lib/dpkg/status', ''));

  const { report } = await walkHostile(toTar([...many, file('var/lib/dpkg/status', status)]));

  expect(report?.files['var/lib/dpkg/status']).toMatchObject([{ package: { name: 'evil' } }]);
  expect(Object.keys(report?.files ?? {})).toEqual(['var/lib/dpkg/status']);
});

test('names of the language are names like others', async () => {
  const tar = toTar([
    file('__proto__/package-lock.json', '{}'),
    file('node_modules/constructor/package.json', '{"name":"__proto__"}'),
  ]);

  expect(Object.keys((await walkHostile(tar)).report?.files ?? {})).toHaveLength(2);
});

test('a jar in a jar in a jar is read down to the limit, and the rest is told with its place', async () => {
  const pom = (name: string) => ({
    name: `META-INF/maven/a.b/${name}/pom.properties`,
    content: `groupId=a.b\nartifactId=${name}\nversion=1.0\n`,
  });
  let jar = buildZip([pom('level-30')]);
  for (let level = 29; level > 0; level--)
    jar = buildZip([pom(`level-${level}`), { name: `${level}.jar`, content: jar }]);
  const tar = layer().file('app/a.jar', jar).tar().bytes;

  const names = async (maxNesting: number) => {
    const { report } = await walkHostile(tar, { limits: { maxNesting } });
    expect(report?.problems).toMatchObject([
      { path: 'app/a.jar', message: expect.stringMatching(`${maxNesting}.jar lies deeper .*PLIMSOLL_MAX_NESTING`) },
    ]);
    return report?.files['app/a.jar'];
  };

  expect(await names(5)).toHaveLength(5);
  expect(await names(2)).toMatchObject([{ package: { name: 'a.b:level-1' } }, { package: { name: 'a.b:level-2' } }]);
});

test('a blob that is another one than its digest says is told so, also where a limit cut it', async () => {
  const bytes = toTar([good, file('a', Buffer.alloc(MiB))]);
  const digest = digestOf(Buffer.from('what was pushed'));

  expect(await walkHostile(bytes, { digest })).toMatchObject({ cause: 'blob-corrupt' });
  expect(await walkHostile(bytes, { digest, limits: { maxEntries: 1 } })).toMatchObject({ cause: 'blob-corrupt' });
});
