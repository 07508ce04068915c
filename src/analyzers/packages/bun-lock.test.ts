import { expect, test } from 'vitest';
import { showPackages } from '../../../test/support/show-packages.ts';
import { bunLock } from './bun-lock.ts';

const shown = (text: string) => showPackages(bunLock, 'app/bun.lock', text);

test('what the workspaces lead to, each by its own path', () => {
  const text = `{
  "lockfileVersion": 1,
  "workspaces": {
    "": {
      "name": "root",
      "dependencies": { "@s/a": "^1.0.0", "alias": "npm:real@^2.0.0" },
      "devDependencies": { "tool": "^9.0.0" },
    },
    "packages/own": {
      "name": "own",
      "optionalDependencies": { "b": "^3.0.0" },
    },
  },
  "packages": {
    "@s/a": ["@s/a@1.0.0", "", { "dependencies": { "b": "^2.0.0" } }, "sha512-x=="],

    "@s/a/b": ["b@2.0.0", "", { "dependencies": { "c": "1" } }, "sha512-x=="],

    "alias": ["real@2.0.0", "https://registry.example.org/real.tgz", {}, "sha512-x=="],

    "b": ["b@3.0.0", "", {}, "sha512-x=="],

    "c": ["c@1.0.0", "", { "optionalDependencies": { "mac": "1" } }, "sha512-x=="],

    "mac": ["mac@1.0.0", "", { "os": "darwin", "cpu": "arm64" }, "sha512-x=="],

    "own": ["own@workspace:packages/own"],

    "own/b": ["b@3.1.0", "", {}, "sha512-x=="],

    "tool": ["tool@9.0.0", "", { "dependencies": { "c": "1", "d": "1" } }, "sha512-x=="],

    "d": ["d@1.0.0", "", {}, "sha512-x=="],
  },
}
`;

  const { packages, problems } = shown(text);

  expect(packages.toSorted()).toEqual(['@s/a 1.0.0', 'b 2.0.0', 'b 3.1.0', 'c 1.0.0', 'real 2.0.0']);
  expect(problems).toEqual([]);
});

test('no dependencies are no problem', () => {
  expect(shown('{ "lockfileVersion": 1, "workspaces": { "": { "name": "a" } } }')).toEqual({
    packages: [],
    problems: [],
  });
});

test.each([
  ['', 'not valid JSONC'],
  ['{ "lockfileVersion": 1', 'not valid JSONC'],
  ['{}', 'no valid lockfileVersion'],
  [
    '{ "lockfileVersion": 1, "workspaces": { "": { "dependencies": { "a": "1" } } }, "packages": { "a": [1] } }',
    '1 entry without a valid name and version; the first is "a"',
  ],
])('%j is a problem', (text, message) => {
  expect(shown(text)).toEqual({ packages: [], problems: [expect.stringContaining(message)] });
});
