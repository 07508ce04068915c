import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type LayerBuilder, layer } from '../../demo/build-layer.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { squash } from '../layers/squash.ts';
import type { LayerReport } from '../model/layer-report.ts';
import { analyzeLayer } from './analyze-layer.ts';
import type { Analyzer } from './analyzer.ts';
import { analyzerFingerprint } from './analyzer-fingerprint.ts';
import { analyzers } from './packages/index.ts';

const { signal } = new AbortController();

function analyze(
  builder: LayerBuilder,
  using: readonly Analyzer[] = analyzers,
  limits = defaultLayerLimits,
): Promise<LayerReport> {
  const { bytes, digest } = builder.gzip();
  return analyzeLayer(Readable.from([bytes]), digest, { analyzers: using, limits }, signal);
}

async function inventory(...builders: readonly LayerBuilder[]) {
  return squash(await Promise.all(builders.map((builder) => analyze(builder))));
}

const packageJson = (name: string, version = '1.0.0') => JSON.stringify({ name, version });
const debian = (...packages: readonly [string, string][]) =>
  packages
    .map(
      ([name, version]) => `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n`,
    )
    .join('\n');
const names = ({ packages }: { readonly packages: readonly { readonly name: string }[] }) =>
  packages.map(({ name }) => name);

/** Wants `*.t` and does what the file's text says. */
const obedient: Analyzer = {
  name: 'obedient',
  version: 3,
  maxBytes: 100,
  wants: (path) => path.endsWith('.t'),
  analyze(file, problem) {
    if (file.text() === 'throw') throw new Error('told to');
    if (file.text() === 'problem') problem('as told');
    return [{ kind: 'package', package: { ecosystem: 'npm', name: file.text(), version: '1' } }];
  },
};

test('a report holds every wanted file, what was removed, and both digests', async () => {
  const builder = layer()
    .dir('etc')
    .file('etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
    .file('app/node_modules/a/package.json', packageJson('a'))
    .file('app/node_modules/a/index.js', '')
    .symlink('bin', 'usr/bin')
    .whiteout('old')
    .opaque('cache');

  const report = await analyze(builder);

  expect(report).toEqual({
    digest: builder.gzip().digest,
    diffId: builder.gzip().diffId,
    files: {
      'etc/os-release': [{ kind: 'os', family: 'debian', release: '12', name: 'Debian 12' }],
      'app/node_modules/a/package.json': [
        { kind: 'package', package: { ecosystem: 'npm', name: 'a', version: '1.0.0' } },
      ],
    },
    removed: ['app/node_modules/a/index.js', 'bin', 'old'],
    directories: ['etc'],
    emptied: ['cache'],
    secrets: [],
    settings: [],
    problems: [],
    compressedBytes: builder.gzip().size,
    uncompressedBytes: builder.tar().size,
    entries: 7,
  });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('what an analyzer cannot read becomes a problem and the walk goes on', async () => {
  const builder = layer()
    .file('a.t', 'throw')
    .file('b.t', 'problem')
    .file('c.t', 'x'.repeat(101))
    .file('d.t', 'd')
    .entry({ path: 'e.t', type: '6' })
    .file('../f.t', '');

  const report = await analyze(builder, [obedient]);

  expect(Object.keys(report.files)).toEqual(['a.t', 'b.t', 'c.t', 'd.t']);
  expect(report.problems).toEqual([
    { path: 'a.t', analyzer: 'obedient', cause: 'package-unreadable', message: 'the analyzer failed: told to' },
    { path: 'b.t', analyzer: 'obedient', cause: 'package-unreadable', message: 'as told' },
    {
      path: 'c.t',
      analyzer: 'obedient',
      cause: 'limit-exceeded',
      message: 'the file has 101 bytes; at most 100 are read',
    },
    { path: 'e.t', analyzer: 'obedient', cause: 'package-unreadable', message: 'it is a fifo' },
    { path: '../f.t', analyzer: 'layer', cause: 'layer-corrupt', message: 'the path leads out of the root' },
  ]);
});

test('the limit of the layer bounds a file too', async () => {
  const report = await analyze(layer().file('a.t', 'twelve bytes'), [obedient], {
    ...defaultLayerLimits,
    maxFileBytes: 10,
  });

  expect(report.problems).toMatchObject([{ path: 'a.t', cause: 'limit-exceeded' }]);
});

test('a file that is too large for memory is a problem only where a mark tells that there was something to read', async () => {
  const marked: Analyzer = { ...obedient, maxBytes: 100, marks: ['\xffmark', 'other'], magic: () => true };
  const builder = layer()
    .file('a.t', 'x'.repeat(200_000))
    .file('b.t', Buffer.from(`${'x'.repeat(99_998)}\xffmark${'x'.repeat(99_997)}`, 'latin1'));
  const chunked = async (chunkBytes: number) => {
    const { bytes, digest } = builder.tar();
    const chunks = Array.from({ length: Math.ceil(bytes.byteLength / chunkBytes) }, (_, at) =>
      bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes),
    );
    return analyzeLayer(Readable.from(chunks), digest, { analyzers: [marked], limits: defaultLayerLimits }, signal);
  };

  for (const chunkBytes of [1_000_000, 50_000, 7]) {
    const report = await chunked(chunkBytes);

    expect(report.problems).toMatchObject([{ path: 'b.t', cause: 'limit-exceeded' }]);
    expect(Object.keys(report.files)).toEqual(['a.t', 'b.t']);
  }
});

test('a hard link shares what was found at its target', async () => {
  const builder = layer().file('x/a.t', 'a').hardlink('y/b.t', 'x/a.t');

  const { files, problems } = await analyze(builder, [obedient]);

  expect(files['y/b.t']).toEqual(files['x/a.t']);
  expect(problems).toEqual([]);
});

test.each([
  ["pnpm's", 'root/.local/share/pnpm/store/v3/files/0a/bc0123456789abcdef0123'],
  ["bun's", 'root/.bun/install/cache/a@1.0.0/package.json'],
])('a package.json that is a hard link into %s store is read', async (_, stored) => {
  const path = 'usr/src/app/node_modules/a/package.json';

  const { packages, problems } = await inventory(layer().file(stored, packageJson('a')).hardlink(path, stored));

  expect(packages).toMatchObject([{ name: 'a', path }]);
  expect(problems).toEqual([]);
});

test('a hard link into a store whose file was replaced is a problem', async () => {
  const stored = 'store/files/0a/bc0123456789abcdef0123';
  const builder = layer()
    .file(stored, packageJson('a'))
    .symlink(stored, 'x')
    .hardlink('node_modules/a/package.json', stored);

  expect(await inventory(builder)).toMatchObject({ packages: [], problems: [{ path: 'node_modules/a/package.json' }] });
});

test.each<[string, LayerBuilder]>([
  ['a hard link to a file nobody wanted', layer().file('store/abc', 'a').hardlink('b.t', 'store/abc')],
  ['a hard link to a file of another layer', layer().hardlink('b.t', 'a.t')],
  ['a symlink to a file nobody wants', layer().symlink('b.t', 'elsewhere')],
  ['a symlink out of the root', layer().symlink('b.t', '../../a.t')],
])('%s is a problem, not silence', async (_, builder) => {
  const { problems, removed } = await analyze(builder, [obedient]);

  expect(problems).toMatchObject([{ path: 'b.t', cause: 'package-unreadable' }]);
  expect(removed).toContain('b.t');
});

test('a symlinked os-release is normal', async () => {
  const found = await inventory(
    layer()
      .symlink('etc/os-release', '../usr/lib/os-release')
      .file('usr/lib/os-release', 'ID=alpine\nVERSION_ID=3.20.3\n'),
  );

  expect(found).toMatchObject({ os: { family: 'alpine', release: '3.20.3' }, problems: [] });
});

test('of two entries with one path the later one counts', async () => {
  const { files } = await analyze(layer().file('a.t', 'a').file('a.t', 'b').file('d/c.t', 'c').symlink('d', 'e'), [
    obedient,
  ]);

  expect(Object.entries(files)).toMatchObject([['a.t', [{ package: { name: 'b' } }]]]);
});

test.each<[string, LayerBuilder]>([
  ['a file', layer().symlink('d/a.t', 'elsewhere').file('d/a.t', 'a')],
  ['a file of what it says itself', layer().file('d/a.t', 'throw').file('d/a.t', 'a')],
  ['a folder', layer().symlink('d/a.t', 'elsewhere').dir('d/a.t')],
  ['a link in place of its folder', layer().file('d/a.t', 'throw').symlink('d', 'elsewhere')],
])('what could not be read is forgotten when %s takes its place', async (_, builder) => {
  expect((await analyze(builder, [obedient])).problems).toEqual([]);
});

test('too many problems are cut off with a word about it', async () => {
  const builder = layer();
  for (let at = 0; at < 1_200; at++) builder.file(`${at}.t`, 'problem');
  builder.file('0.t', 'fine').file('1000.t', 'fine');

  const report = await analyze(builder, [obedient]);
  const { problems } = squash([report, await analyze(layer().whiteout('1000.t'), [obedient])]);

  expect(problems).toHaveLength(1_000);
  expect(problems.at(-1)).toMatchObject({
    cause: 'limit-exceeded',
    message: expect.stringContaining('more than 1000'),
  });
});

test('a layer that would fill memory with findings is cut where it does', async () => {
  const flood: Analyzer = {
    ...obedient,
    analyze: () => Array.from({ length: 300_000 }, () => ({ kind: 'apk-repositories', releases: [] })),
  };

  const { problems, files } = await analyze(layer().file('a.t', '').file('b.t', ''), [flood]);

  expect(problems).toMatchObject([{ path: '.', analyzer: 'layer', cause: 'limit-exceeded' }]);
  expect(Object.keys(files)).toEqual(['a.t']);
});

test('a layer of endless folders is cut', async () => {
  const builder = layer();
  for (let at = 100; at < 110; at++) builder.file(`${`${at}/`.repeat(1_000)}a.t`, 'a');
  expect(Object.keys((await analyze(builder, [obedient])).files)).toHaveLength(10);
  for (let at = 110; at < 150; at++) builder.file(`${`${at}/`.repeat(1_000)}a.t`, 'a');

  const { problems, files } = await analyze(builder, [obedient]);

  expect(problems).toMatchObject([{ path: '.', cause: 'limit-exceeded' }]);
  expect(Object.keys(files).length).toBeLessThan(40);
});

test('what was found before a limit is kept, and every layer that was cut is told', async () => {
  const limits = { ...defaultLayerLimits, maxEntries: 1 };
  const base = await analyze(layer().file('a.t', 'a').file('b.t', 'b'), [obedient], limits);
  const upper = await analyze(layer().file('c.t', 'c').whiteout('a.t'), [obedient], limits);

  const { packages, problems } = squash([base, upper]);

  expect(base.diffId).toBeUndefined();
  expect(packages.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(problems).toMatchObject([
    { path: '.', layer: base.digest, message: expect.stringContaining('PLIMSOLL_MAX_ENTRIES') },
    { path: '.', layer: upper.digest },
  ]);
});

test('an upper layer removes, replaces and keeps packages', async () => {
  const base = layer()
    .file('var/lib/dpkg/status', debian(['bash', '5.2-1'], ['zlib1g', '1.2-1']))
    .file('app/node_modules/a/package.json', packageJson('a'))
    .file('app/node_modules/b/package.json', packageJson('b'))
    .file('srv/node_modules/c/package.json', packageJson('c'))
    .file('opt/node_modules/d/package.json', packageJson('d'));
  const upper = layer()
    .file('var/lib/dpkg/status', debian(['bash', '5.2-1'], ['zlib1g', '1.2-2']))
    .whiteout('app/node_modules/a')
    .file('srv', 'a file where a folder was')
    .symlink('opt/node_modules', '/elsewhere');

  const { packages } = await inventory(base, upper);

  const [lower, top] = [base.gzip().digest, upper.gzip().digest];
  expect(packages.map(({ name, version, layer }) => [name, version, layer])).toEqual([
    ['b', '1.0.0', lower],
    ['bash', '5.2-1', lower],
    ['zlib1g', '1.2-2', top],
  ]);
});

const eggInfo = (name: string) => `Metadata-Version: 1.1\nName: ${name}\nVersion: 1.0\n`;
const egg = 'usr/lib/python3/dist-packages/a.egg-info';

test.each<[string, LayerBuilder, LayerBuilder, readonly string[]]>([
  [
    'a file that became a folder',
    layer().file(egg, eggInfo('file')),
    layer().dir(egg).file(`${egg}/PKG-INFO`, eggInfo('folder')),
    ['folder'],
  ],
  [
    'a folder that became a file',
    layer().dir(egg).file(`${egg}/PKG-INFO`, eggInfo('folder')),
    layer().file(egg, eggInfo('file')),
    ['file'],
  ],
  [
    'a folder that is written again',
    layer().dir(egg).file(`${egg}/PKG-INFO`, eggInfo('kept')),
    layer().dir('usr').dir(egg).file(`${egg}/RECORD`, ''),
    ['kept'],
  ],
  ['a file that became a folder with nothing in it', layer().file(egg, eggInfo('file')), layer().dir(egg), []],
  ['a file that became a device', layer().file(egg, eggInfo('file')), layer().entry({ path: egg, type: '3' }), []],
  [
    'a folder that became a link',
    layer().file(`${egg}/PKG-INFO`, eggInfo('folder')),
    layer().symlink('usr/lib', '/lib'),
    [],
  ],
])('%s', async (_, lower, upper, expected) => {
  expect(names(await inventory(lower, upper))).toEqual(expected);
});

test('a distroless image has a file for each package and a linked os-release', async () => {
  const status = (name: string) => `Package: ${name}\nVersion: 1.2-3\nArchitecture: amd64\nSource: src-${name}\n`;
  const base = layer()
    .symlink('etc/os-release', '../usr/lib/os-release')
    .file('usr/lib/os-release', 'ID=debian\nVERSION_ID="12"\n')
    .file('var/lib/dpkg/status.d/libc6', status('libc6'))
    .file('var/lib/dpkg/status.d/libc6.md5sums', '0123  usr/lib/libc.so.6\n')
    .file('var/lib/dpkg/status.d/tzdata', status('tzdata'));

  const { os, packages, problems } = await inventory(base, layer().whiteout('var/lib/dpkg/status.d/tzdata'));

  expect(os).toMatchObject({ family: 'debian', release: '12' });
  expect(packages).toMatchObject([{ name: 'libc6', source: { name: 'src-libc6', version: '1.2-3' } }]);
  expect(problems).toEqual([]);
});

test('a whiteout counts for lower layers whatever its place in its own', async () => {
  const base = layer()
    .file('node_modules/a/package.json', packageJson('a'))
    .file('node_modules/b/package.json', packageJson('b'));
  const before = layer().opaque('node_modules').file('node_modules/c/package.json', packageJson('c'));
  const after = layer().file('node_modules/c/package.json', packageJson('c')).opaque('node_modules');

  expect(names(await inventory(base, before))).toEqual(['c']);
  expect(names(await inventory(base, after))).toEqual(['c']);
});

test('the fingerprint changes with a version and not with the order', () => {
  const [first = obedient, ...rest] = analyzers;

  expect(analyzerFingerprint([...analyzers].reverse())).toBe(analyzerFingerprint(analyzers));
  expect(analyzerFingerprint([{ ...first, version: first.version + 1 }, ...rest])).not.toBe(
    analyzerFingerprint(analyzers),
  );
  expect(analyzerFingerprint([obedient])).toMatch(/^walk@\d+ obedient@3$/);
});

/** Looks at every file in bin/ and reads those that begin with `!`. */
const curious: Analyzer = {
  ...obedient,
  name: 'curious',
  wants: (path) => path.startsWith('bin/'),
  magic: (head) => head[0] === 0x21,
};

test('a file that does not begin as its analyzer wants is not read, and only its place is known', async () => {
  const big = 'x'.repeat(200);
  const builder = layer().file('bin/a', '!a').file('bin/b', 'b').file('bin/c', '').file('bin/d', big);

  const report = await analyze(builder, [curious]);

  expect(report.files).toMatchObject({ 'bin/a': [{ package: { name: '!a' } }] });
  expect(report).toMatchObject({ removed: ['bin/b', 'bin/c', 'bin/d'], problems: [] });
});

test('a file that begins as its analyzer wants and is too large is a problem', async () => {
  const report = await analyze(layer().file('bin/a', `!${'a'.repeat(100)}`), [curious]);

  expect(report.problems).toMatchObject([{ path: 'bin/a', analyzer: 'curious', cause: 'limit-exceeded' }]);
});

test('links, devices and folders where an analyzer would only look are no problem', async () => {
  const builder = layer()
    .file('bin/a', '!a')
    .file('bin/b', 'b')
    .file('etc/b', 'b')
    .hardlink('bin/c', 'bin/a')
    .hardlink('bin/d', 'bin/b')
    .hardlink('bin/e', 'etc/b')
    .symlink('bin/f', '/etc/alternatives/f')
    .entry({ path: 'bin/g', type: '3' })
    .dir('bin/h');

  const report = await analyze(builder, [curious]);

  expect(report.problems).toEqual([]);
  expect(Object.keys(report.files)).toEqual(['bin/a', 'bin/c']);
  expect(report.directories).toEqual(['bin/h']);
});

test('the first bytes are whole wherever the chunks of the layer end', async () => {
  const builder = layer();
  for (let at = 0; at < 40; at++) builder.file(`bin/${at}`, `${'!'.repeat(90)}${at}`);
  const { bytes, digest } = builder.tar();
  const whole: Analyzer = { ...curious, magic: (head) => head.every((byte) => byte >= 0x21) && head.byteLength > 90 };
  const options = { analyzers: [whole], limits: defaultLayerLimits };

  for (const size of [1, 511, 1_000, 4_096]) {
    const parts = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, at) =>
      bytes.subarray(at * size, at * size + size),
    );

    const { files } = await analyzeLayer(Readable.from(parts, { objectMode: true }), digest, options, signal);

    expect(Object.keys(files)).toHaveLength(40);
  }
});

test('what a package owns is told where somebody else wants it and this layer has something there, or nothing at all', async () => {
  const owned = ['usr/share/doc/x', 'bin/a', 'usr/bin/b', '../e', 'usr/lib/node_modules/c/package.json', 'opt/f.t'];
  const builder = layer()
    .file('var/lib/dpkg/info/x.list', owned.map((path) => `/${path}\n`).join(''))
    .file('usr/lib/node_modules/c/package.json', packageJson('c'))
    .file('bin/a', '!a')
    .file('usr/bin/b', '#!/bin/sh\n');

  const { files } = await analyze(builder, [...analyzers, obedient, curious]);

  expect(files['var/lib/dpkg/info/x.list']).toEqual([
    {
      kind: 'ownership',
      owner: { ecosystem: 'deb', name: 'x' },
      paths: ['usr/bin/a', 'usr/lib/node_modules/c/package.json', 'opt/f.t'],
    },
  ]);
});
