import { expect, test } from 'vitest';
import { showPackages } from '../../../test/support/show-packages.ts';
import { pnpmLock } from './pnpm-lock.ts';

const shown = (text: string) => showPackages(pnpmLock, 'app/pnpm-lock.yaml', text);

test('version 5', () => {
  const text = `lockfileVersion: 5.4

specifiers:
  lodash: ^4.17.0

dependencies:
  lodash: 4.17.21

packages:

  /lodash/4.17.21:
    resolution: {integrity: sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==}
    dev: false

  /@babel/core/7.1.0_@babel+types@7.0.0:
    resolution: {integrity: sha512-x}
    dev: false

  /typescript/4.9.5:
    resolution: {integrity: sha512-x}
    dev: true

  registry.example.org/@s/a/1.0.0:
    resolution: {tarball: https://registry.example.org/a.tgz}

  github.com/user/repo/0123456789abcdef:
    resolution: {tarball: https://codeload.example.org/user/repo/tar.gz/0123456789abcdef}
    name: repo
    version: 2.0.0

  /fsevents/2.3.2:
    resolution: {integrity: sha512-x}
    os: [darwin]
    optional: true

  file:../local:
    resolution: {directory: ../local, type: directory}
    name: local
    version: 1.0.0
`;

  expect(shown(text)).toEqual({
    packages: ['lodash 4.17.21', '@babel/core 7.1.0', '@s/a 1.0.0', 'repo 2.0.0'],
    problems: [],
  });
});

test('version 6', () => {
  const text = `lockfileVersion: '6.0'

dependencies:
  lodash:
    specifier: ^4.17.0
    version: 4.17.21

packages:

  /lodash@4.17.21:
    resolution: {integrity: sha512-x}
    dev: false

  /@babel/core@7.1.0(@babel/types@7.0.0)(react@18.2.0):
    resolution: {integrity: sha512-x}

  /typescript@4.9.5:
    resolution: {integrity: sha512-x}
    dev: true
`;

  expect(shown(text)).toEqual({ packages: ['lodash 4.17.21', '@babel/core 7.1.0'], problems: [] });
});

test('version 9, which does not say what only development needs', () => {
  const text = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      '@s/react':
        specifier: ^1.0.0
        version: 1.0.0(peer@3.0.0)
      alias:
        specifier: npm:real@^2.0.0
        version: real@2.0.0
      own:
        specifier: workspace:*
        version: link:packages/own
    optionalDependencies:
      optional:
        specifier: ^1.0.0
        version: 1.1.0
    devDependencies:
      tool:
        specifier: ^9.0.0
        version: 9.0.0

  packages/own:
    dependencies:
      tarball:
        specifier: https://example.org/tarball.tgz
        version: https://example.org/tarball.tgz

packages:

  '@s/react@1.0.0':
    resolution: {integrity: sha512-x}
    peerDependencies:
      peer: '*'

  deep@5.0.0:
    resolution: {integrity: sha512-x}

  optional@1.1.0:
    resolution: {integrity: sha512-x}

  peer@3.0.0:
    resolution: {integrity: sha512-x}

  real@2.0.0:
    resolution: {integrity: sha512-x}

  tarball@https://example.org/tarball.tgz:
    resolution: {tarball: https://example.org/tarball.tgz}
    version: 6.0.0

  tool@9.0.0:
    resolution: {integrity: sha512-x}

  tool-needs@9.1.0:
    resolution: {integrity: sha512-x}

snapshots:

  '@s/react@1.0.0(peer@3.0.0)':
    dependencies:
      deep: 5.0.0
      peer: 3.0.0

  deep@5.0.0: {}

  optional@1.1.0: {}

  peer@3.0.0: {}

  real@2.0.0: {}

  tarball@https://example.org/tarball.tgz: {}

  tool@9.0.0:
    dependencies:
      tool-needs: 9.1.0
      deep: 5.0.0

  tool-needs@9.1.0: {}
`;

  expect(shown(text)).toEqual({
    packages: ['@s/react 1.0.0', 'deep 5.0.0', 'optional 1.1.0', 'peer 3.0.0', 'real 2.0.0', 'tarball 6.0.0'],
    problems: [],
  });
});

test('a list that is used in many places by aliases is a problem, not a bomb', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => index);
  const list = `{${many.map((each) => `d${each}: 1.0.0`).join(', ')}}`;
  const snapshots = many.map((each) => `  d${each}@1.0.0: {dependencies: ${each === 0 ? `&all ${list}` : '*all'}}`);

  const { packages, problems } = shown(
    ["lockfileVersion: '9.0'", 'importers: {.: {}}', 'packages: {}', 'snapshots:', ...snapshots].join('\n'),
  );

  expect([packages, problems]).toEqual([[], [expect.stringContaining('not valid YAML')]]);
});

test.each([
  ['', 'no valid'],
  ['a', 'no valid 0'],
  ['lockfileVersion: [', 'not valid YAML'],
  ['packages: {}', 'no lockfileVersion'],
  [
    'lockfileVersion: 6.0\npackages:\n  /a@1.0.0: x\n',
    '1 entry without a valid name and version; the first is "/a@1.0.0"',
  ],
  ['lockfileVersion: 5.4\npackages:\n  /a: {}\n', '1 entry without a valid name and version; the first is "/a"'],
])('%j is a problem', (text, message) => {
  expect(shown(text)).toEqual({ packages: [], problems: [expect.stringContaining(message)] });
});
