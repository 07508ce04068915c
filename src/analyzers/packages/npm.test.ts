import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { npm } from './npm.ts';

test.each([
  ['node_modules/a/package.json', true],
  ['app/node_modules/a/package.json', true],
  ['app/node_modules/@scope/a/package.json', true],
  ['app/node_modules/a/node_modules/b/package.json', true],
  ['app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', true],
  ['usr/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json', true],
  ['test/node_modules/a/package.json', true],
  ['app/node_modules/test/package.json', true],
  ['usr/share/nodejs/semver/package.json', true],
  ['usr/share/nodejs/@types/node/package.json', true],
  ['usr/share/nodejs/semver/lib/package.json', false],
  ['app/usr/share/nodejs/semver/package.json', false],
  ['app/package.json', false],
  ['app/node_modules/a/lib/package.json', false],
  ['app/node_modules/@scope/package.json', false],
  ['app/node_modules/@scope/a/lib/package.json', false],
  ['app/node_modules/package.json', false],
  ['app/node_modules/.bin/package.json', false],
  ['app/node_modules/a/xpackage.json', false],
  ['app/old_node_modules/a/package.json', false],
  ['app/node_modules/a/test/fixtures/node_modules/b/package.json', false],
  ['app/node_modules/a/__tests__/x/node_modules/b/package.json', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(npm.wants(path)).toBe(wanted);
});

test.each([
  ['{"name":"a","version":"1.0.0","other":1}', 'a', '1.0.0'],
  ['\uFEFF{"name":"@s/a","version":"2.0.0-rc.1+x"}', '@s/a', '2.0.0-rc.1+x'],
])('%j is a package', (text, name, version) => {
  expect(analyzeText(npm, 'node_modules/a/package.json', text)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'npm', name, version } }],
    problems: [],
  });
});

test.each([
  ['', 'not valid JSON'],
  ['{"name":', 'not valid JSON'],
  ['[]', 'no valid object'],
  ['null', 'no valid object'],
  ['{"version":"1"}', 'no valid name'],
  ['{"name":"a"}', 'no valid version'],
  ['{"name":"a","version":1}', 'no valid version'],
  ['{"name":{},"version":"1"}', 'no valid name'],
  ['{"name":"a b","version":"1"}', 'no valid name'],
  [`{"name":"${'a'.repeat(600)}","version":"1"}`, 'no valid name'],
  [`${'['.repeat(200_000)}`, 'not valid JSON'],
])('%.40j is a problem', (text, message) => {
  expect(analyzeText(npm, 'node_modules/a/package.json', text)).toEqual({
    findings: [],
    problems: [expect.stringContaining(message)],
  });
});

test('a library of Debian without a version is none of npm', () => {
  const path = 'usr/share/nodejs/a/package.json';

  expect(analyzeText(npm, path, '{"name":"a","version":"1.0.0"}').findings).toHaveLength(1);
  expect(analyzeText(npm, path, '{"name":"a"}')).toEqual({ findings: [], problems: [] });
});
