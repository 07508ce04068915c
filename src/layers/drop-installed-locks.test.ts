import { expect, test } from 'vitest';
import type { LocatedPackage } from '../model/package.ts';
import { dropInstalledLocks } from './drop-installed-locks.ts';

const layer = `sha256:${'0'.repeat(64)}` as const;

/** `npm a 1.0 at path`; a lock file's when the path ends in `lock`. */
function pkg(text: string): LocatedPackage {
  const [ecosystem = '', name = '', version = '', , path = ''] = text.split(' ');
  return { ecosystem, name, version, path, layer, ...(path.endsWith('lock') ? { evidence: 'lock' } : {}) };
}

test.each<[string, readonly string[], readonly string[]]>([
  ['nothing is locked', ['npm a 1 at node_modules/a'], []],
  ['installed beside', ['npm a 1 at app/x.lock', 'npm a 1 at app/node_modules/a'], ['npm a 1 at app/x.lock']],
  ['installed below', ['npm a 1 at app/x.lock', 'npm a 1 at app/web/node_modules/a'], ['npm a 1 at app/x.lock']],
  ['a lock file in the root', ['npm a 1 at x.lock', 'npm a 1 at srv/node_modules/a'], ['npm a 1 at x.lock']],
  ['installed in another version', ['npm a 1 at app/x.lock', 'npm a 2 at app/node_modules/a'], []],
  ['installed for another project', ['npm a 1 at app/x.lock', 'npm a 1 at app2/node_modules/a'], []],
  ['another ecosystem', ['npm a 1 at app/x.lock', 'composer a 1 at app/vendor/a'], []],
  [
    'installed where all projects share it',
    ['pypi A_b.c 1 at app/poetry.lock', 'pypi a-b-c 1 at usr/lib/python3/site-packages/a'],
    ['pypi A_b.c 1 at app/poetry.lock'],
  ],
  ['a name in other letters', ['composer A/B 1 at x.lock', 'composer a/b 1 at vendor/i'], ['composer A/B 1 at x.lock']],
  [
    'two lock files of one project',
    ['npm a 1 at app/yarn.lock', 'npm a 1 at app/bun.lock', 'npm a 1 at web/bun.lock'],
    ['npm a 1 at app/bun.lock'],
  ],
])('%s', (_, written, dropped) => {
  const packages = written.map(pkg);

  const kept = dropInstalledLocks(packages);

  expect(kept).toEqual(packages.filter((_each, index) => !dropped.includes(written[index] ?? '')));
});

test('a package of the operating system leaves that of a lock file', () => {
  const owned = {
    ...pkg('pypi a 1 at usr/lib/python3/dist-packages/a'),
    ownedBy: { ecosystem: 'deb', name: 'python3-a' },
  };
  const packages = [owned, pkg('pypi a 1 at app/poetry.lock')];

  expect(dropInstalledLocks(packages)).toEqual(packages);
});

test('one package at a hundred thousand places and in as many lock files is no trouble', () => {
  const places = Array.from({ length: 100_000 }, (_, index) => index);
  const packages = places.flatMap((at) => [pkg(`npm a 1 at ${at}/x.lock`), pkg(`npm a 1 at x${at}/node_modules/a`)]);

  expect(dropInstalledLocks(packages)).toHaveLength(200_000);
});
