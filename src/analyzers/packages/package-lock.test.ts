import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { showPackages } from '../../../test/support/show-packages.ts';
import { packageLock } from './package-lock.ts';

const PATH = 'app/package-lock.json';
const shown = (value: unknown) => showPackages(packageLock, PATH, JSON.stringify(value));

test.each([
  ['package-lock.json', true],
  ['app/package-lock.json', true],
  ['app/npm-shrinkwrap.json', true],
  ['app/node_modules/.package-lock.json', false],
  ['app/node_modules/a/package-lock.json', false],
  ['usr/lib/node_modules/npm/npm-shrinkwrap.json', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(packageLock.wants(path)).toBe(wanted);
});

test.each([2, 3])('version %i: what is installed outside development, under its real name', (lockfileVersion) => {
  const packages = {
    '': { name: 'app', version: '1.0.0', dependencies: { a: '1' } },
    'packages/own': { name: 'own', version: '1.0.0' },
    'node_modules/own': { resolved: 'packages/own', link: true },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/@s/b': { version: '2.0.0', optional: true },
    'node_modules/alias': { name: 'real', version: '3.0.0' },
    'node_modules/d': { version: '4.0.0', dev: true },
    'node_modules/both': { version: '4.1.0', devOptional: true },
    'node_modules/mac': { version: '5.0.0', optional: true, os: ['darwin'] },
    'node_modules/unix': { version: '6.0.0', os: ['!win32'] },
    'node_modules/c/node_modules/a': { version: '1.0.0' },
  };

  expect(shown({ lockfileVersion, packages, dependencies: { other: { version: '9.0.0' } } })).toEqual({
    packages: ['a 1.0.0', '@s/b 2.0.0', 'real 3.0.0', 'both 4.1.0', 'unix 6.0.0'],
    problems: [],
  });
});

test('version 1: the dependencies of dependencies, too', () => {
  const dependencies = {
    a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' }, c: { version: '2.1.0', dev: true } } },
    alias: { version: 'npm:@s/real@3.0.0' },
    d: { version: '4.0.0', dev: true },
    local: { version: 'file:../local' },
    git: { version: 'git+ssh://git@example.org/git.git#abcdef' },
  };

  expect(shown({ lockfileVersion: 1, dependencies })).toEqual({
    packages: ['a 1.0.0', '@s/real 3.0.0', 'git git+ssh://git@example.org/git.git#abcdef', 'b 2.0.0'],
    problems: [],
  });
});

test('a package of a lock file says so', () => {
  const { findings } = analyzeText(packageLock, PATH, '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');

  expect(findings).toEqual([
    { kind: 'package', package: { ecosystem: 'npm', name: 'a', version: '1.0.0', evidence: 'lock' } },
  ]);
});

test('one bad entry does not hide the others', () => {
  expect(
    shown({ packages: { 'node_modules/a': 1, 'node_modules/b': {}, 'node_modules/c': { version: '1.0.0' } } }),
  ).toEqual({
    packages: ['c 1.0.0'],
    problems: ['2 entries without a valid name and version; the first is "node_modules/a"'],
  });
});

test('dependencies nested ten thousand deep are read', () => {
  const depth = 10_000;
  const text = `{${'"dependencies":{"a":{"version":"1.0.0",'.repeat(depth)}"x":1${'}}'.repeat(depth)}}`;

  expect(showPackages(packageLock, PATH, text)).toEqual({ packages: ['a 1.0.0'], problems: [] });
});

test.each([
  ['', 'not valid JSON'],
  ['{"packages":', 'not valid JSON'],
  ['[]', 'no valid object'],
  ['{"packages":[]}', 'no valid packages'],
])('%j is a problem', (text, message) => {
  expect(showPackages(packageLock, PATH, text)).toEqual({
    packages: [],
    problems: [expect.stringContaining(message)],
  });
});

test('more packages than any project has are left out, and that is said', () => {
  const packages = Object.fromEntries(
    Array.from({ length: 50_010 }, (_, index) => [`node_modules/p${index}`, { version: '1.0.0' }]),
  );

  const result = shown({ packages });

  expect(result.packages).toHaveLength(50_000);
  expect(result.problems).toEqual(['there are more than 50000 packages; the rest is left out']);
});
