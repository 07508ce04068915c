import { expect, test } from 'vitest';
import { layerDigest, sampleLayerReports } from '../../test/support/sample-layer-reports.ts';
import type { Finding, LayerReport, Problem } from '../model/layer-report.ts';
import { squash } from './squash.ts';

type Parts = Partial<LayerReport>;

const pkg = (name: string, version = '1'): Extract<Finding, { readonly kind: 'package' }> => ({
  kind: 'package',
  package: { ecosystem: 'npm', name, version },
});
const os = (family: string): Finding => ({ kind: 'os', family, release: '1', name: family });
const problem = (path: string): Problem => ({ path, analyzer: 'npm', cause: 'package-unreadable', message: 'bad' });

/** `path@layer` of every package. */
function shown(...layers: readonly Parts[]): readonly string[] {
  return squash(sampleLayerReports(...layers)).packages.map(({ path, layer }) => `${path}@${layer[7]}`);
}

const base: Parts = { files: { 'a/b/p': [pkg('p')], 'a/q': [pkg('q')], 'ab/r': [pkg('r')] } };

test.each<[string, Parts, readonly string[]]>([
  ['an empty layer changes nothing', {}, ['a/b/p@0', 'a/q@0', 'ab/r@0']],
  ['a whiteout removes a file', { removed: ['a/q'] }, ['a/b/p@0', 'ab/r@0']],
  ['a whiteout of a folder removes everything below it', { removed: ['a'] }, ['ab/r@0']],
  [
    'a whiteout of something else removes nothing',
    { removed: ['a/b/p/x', 'q', 'a/b/', 'b'] },
    ['a/b/p@0', 'a/q@0', 'ab/r@0'],
  ],
  ['an opaque folder hides what lies below it', { emptied: ['a/b'] }, ['a/q@0', 'ab/r@0']],
  ['an opaque folder does not hide a file of its own name', { emptied: ['a/q'] }, ['a/b/p@0', 'a/q@0', 'ab/r@0']],
  ['an opaque root hides everything', { emptied: [''] }, []],
  ['a directory takes the place of a file', { directories: ['a/q'] }, ['a/b/p@0', 'ab/r@0']],
  ['a directory leaves what lies below it', { directories: ['a', 'a/b'] }, ['a/b/p@0', 'a/q@0', 'ab/r@0']],
  ['a file takes the place of a file', { files: { 'a/q': [] } }, ['a/b/p@0', 'ab/r@0']],
  ['a file takes the place of a folder', { files: { a: [] } }, ['ab/r@0']],
  [
    'a whiteout does not concern its own layer',
    { removed: ['a/q', 'a'], files: { 'a/q': [pkg('new')] } },
    ['ab/r@0', 'a/q@1'],
  ],
  [
    'an opaque folder does not concern its own layer',
    { emptied: ['a'], files: { 'a/n': [pkg('n')] } },
    ['ab/r@0', 'a/n@1'],
  ],
])('%s', (_, upper, expected) => {
  expect(shown(base, upper)).toEqual(expected);
});

test('what was removed can come back, with the layer that brings it back', () => {
  expect(shown(base, { removed: ['a'] }, { files: { 'a/q': [pkg('q')] } })).toEqual(['ab/r@0', 'a/q@2']);
});

test('a package keeps the layer that brought it when its database is written anew', () => {
  const path = 'var/lib/dpkg/status';
  const [first, second] = [
    { files: { [path]: [pkg('a'), pkg('b')] } },
    { files: { [path]: [pkg('a'), pkg('b', '2'), pkg('c')] } },
  ];

  const { packages } = squash(sampleLayerReports(first, second, { removed: [path], files: second.files }));

  expect(packages.map(({ name, version, layer }) => [name, version, layer])).toEqual([
    ['a', '1', layerDigest(0)],
    ['b', '2', layerDigest(1)],
    ['c', '1', layerDigest(1)],
  ]);
});

test('a package of another architecture is another package', () => {
  const of = (architecture: string): Parts => ({
    files: { s: [{ kind: 'package', package: { ecosystem: 'deb', name: 'libc6', version: '1', architecture } }] },
  });

  expect(shown(of('amd64'), of('i386'))).toEqual(['s@1']);
});

test.each<[string, Parts, Parts, readonly string[]]>([
  [
    'either name of the database of apk replaces the other',
    { files: { 'usr/lib/apk/db/installed': [pkg('a')] } },
    { files: { 'lib/apk/db/installed': [pkg('a'), pkg('b')] } },
    ['lib/apk/db/installed@0', 'lib/apk/db/installed@1'],
  ],
  [
    'a whiteout by its other name removes it',
    { files: { 'lib/apk/db/installed': [pkg('a')] } },
    { removed: ['usr/lib/apk'] },
    [],
  ],
  [
    'that /lib became a link takes nothing from /usr/lib',
    { files: { 'usr/lib/apk/db/installed': [pkg('a')] } },
    { removed: ['lib'] },
    ['usr/lib/apk/db/installed@0'],
  ],
  [
    'that /lib became a link takes what was in it',
    { files: { 'lib/apk/db/installed': [pkg('a')] } },
    { removed: ['lib'], files: { 'usr/lib/apk/db/installed': [pkg('a')] } },
    ['usr/lib/apk/db/installed@0'],
  ],
])('%s', (_, lower, upper, expected) => {
  expect(shown(lower, upper)).toEqual(expected);
});

test('a problem lives and dies with its file', () => {
  const broken: Parts = { files: { 'a/x': [] }, problems: [problem('a/x'), problem('../out')] };

  expect(squash(sampleLayerReports(broken, {})).problems).toEqual([
    { ...problem('a/x'), layer: layerDigest(0) },
    { ...problem('../out'), layer: layerDigest(0) },
  ]);
  expect(squash(sampleLayerReports(broken, { files: { 'a/x': [pkg('x')] } })).problems.map(({ path }) => path)).toEqual(
    ['../out'],
  );
  expect(squash(sampleLayerReports(broken, { removed: ['a'] })).problems.map(({ path }) => path)).toEqual(['../out']);
});

test('the operating system is that of etc/os-release, else of usr/lib/os-release, with the repositories of apk', () => {
  const vendor: Parts = { files: { 'usr/lib/os-release': [os('vendor')] } };
  const repositories: Parts = {
    files: { 'etc/apk/repositories': [{ kind: 'apk-repositories', releases: ['v3.20', 'edge'] }] },
  };

  expect(squash(sampleLayerReports({}, repositories)).os).toBeUndefined();
  expect(squash(sampleLayerReports(vendor, { removed: ['etc/os-release'] })).os).toEqual({
    family: 'vendor',
    release: '1',
    name: 'vendor',
  });
  expect(squash(sampleLayerReports(vendor, { files: { 'etc/os-release': [os('own')] } }, repositories)).os).toEqual({
    family: 'own',
    release: '1',
    name: 'own',
    repositories: ['v3.20', 'edge'],
  });
});

const owns = (name: string, ...paths: string[]): Finding => ({
  kind: 'ownership',
  owner: { ecosystem: 'deb', name },
  paths,
});

/** `name owner` of every package. */
function owners(...layers: readonly Parts[]): readonly string[] {
  return squash(sampleLayerReports(...layers)).packages.map(({ name, ownedBy }) => `${name} ${ownedBy?.name ?? '-'}`);
}

const list = 'var/lib/dpkg/info/x.list';

test.each<[string, readonly Parts[], readonly string[]]>([
  [
    'a package whose file came with one of the system says so',
    [{ files: { 'usr/lib/a/p': [pkg('p')], 'opt/a/p': [pkg('q')], [list]: [owns('x', 'usr/lib/a/p')] } }],
    ['p x', 'q -'],
  ],
  [
    'either name of a folder in /usr will do',
    [
      {
        files: {
          'lib/a': [pkg('a')],
          'usr/bin/b': [pkg('b')],
          'usr/lib64/c': [pkg('c')],
          [list]: [owns('x', 'usr/lib/a', 'bin/b', 'lib64/c')],
        },
      },
    ],
    ['a x', 'b x', 'c x'],
  ],
  [
    'what lies in an archive is owned with it',
    [{ files: { 'a.jar': [{ ...pkg('a'), inside: 'b.jar' }], [list]: [owns('x', 'a.jar')] } }],
    ['a x'],
  ],
  [
    'the database of an upper layer speaks for files of a lower one',
    [{ files: { 'a/p': [pkg('p')] } }, { files: { [list]: [owns('x', 'a/p')] } }],
    ['p x'],
  ],
  [
    'what an upper layer copied over a file of the system is not its own',
    [{ files: { 'a/p': [pkg('p')], [list]: [owns('x', 'a/p')] } }, { files: { 'a/p': [pkg('p', '2')] } }],
    ['p -'],
  ],
  [
    'a file that an upper layer only touched stays the system’s',
    [{ files: { 'a/p': [pkg('p')], [list]: [owns('x', 'a/p')] } }, { files: { 'a/p': [pkg('p')] } }],
    ['p x'],
  ],
  [
    'a list that is gone owns nothing',
    [{ files: { 'a/p': [pkg('p')], [list]: [owns('x', 'a/p')] } }, { removed: [list] }],
    ['p -'],
  ],
  [
    'a list that was written anew owns what it names now',
    [{ files: { 'a/p': [pkg('p')], [list]: [owns('x', 'a/p')] } }, { files: { [list]: [owns('x', 'a/q')] } }],
    ['p -'],
  ],
])('%s', (_, layers, expected) => {
  expect(owners(...layers)).toEqual(expected);
});

test('a database that is written whole by each layer does not own what was copied over its files in between', () => {
  const system = (name: string): Finding => ({ kind: 'package', package: { ecosystem: 'deb', name, version: '1' } });
  const database = (...more: readonly Finding[]): Parts => ({
    files: { db: [system('x'), owns('x', 'bin/p'), ...more] },
  });
  const packaged: Parts = { files: { ...database().files, 'bin/p': [pkg('p')] } };
  const copied: Parts = { files: { 'bin/p': [pkg('p', '2')] } };

  expect(owners(packaged, copied, database(system('y')))).toContain('p -');
  expect(owners(packaged, database(system('y')))).toContain('p x');
});

test('what the system owns and could not be read is left to its advisories, but for what says which system it is', () => {
  const paths = ['usr/bin/tool', 'opt/tool', 'etc/os-release', 'usr/lib/os-release'];
  const layer: Parts = {
    files: { [list]: [owns('x', 'bin/tool', 'etc/os-release', 'usr/lib/os-release')] },
    problems: paths.map(problem),
  };

  expect(squash(sampleLayerReports(layer)).problems.map(({ path }) => path)).toEqual(paths.slice(1));
});

test('what was not looked at for secrets or settings is no problem of the packages', () => {
  const cause = 'limit-exceeded';
  const problems = [
    { path: '.', analyzer: 'settings', cause, message: 'too many' },
    { path: 'a', analyzer: 'secrets', cause, message: 'too many' },
    { path: '.', analyzer: 'layer', cause, message: 'too large' },
  ] as const;

  const inventory = squash(sampleLayerReports({ problems }));

  expect(inventory.problems.map(({ analyzer }) => analyzer)).toEqual(['layer']);
});
