import { describe, expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { showPackages } from '../../../test/support/show-packages.ts';
import { composerInstalled } from './composer-installed.ts';
import { composerLock } from './composer-lock.ts';

const packages = [
  { name: 'Symfony/Yaml', version: 'v5.4.0', version_normalized: '5.4.0.0', type: 'library' },
  { name: 'own/part', version: 'dev-main', dist: { type: 'path', url: 'packages/part' } },
  { name: 'a/branch', version: 'dev-main', dist: null },
];

describe('vendor/composer/installed.json', () => {
  test.each([
    ['app/vendor/composer/installed.json', true],
    ['composer/installed.json', true],
    ['app/vendor/composer/installed.php', false],
    ['app/mycomposer/installed.json', false],
    ['app/vendor/composer/composer/tests/a/vendor/composer/installed.json', false],
  ])('%s is wanted: %s', (path, wanted) => {
    expect(composerInstalled.wants(path)).toBe(wanted);
  });

  test.each([
    ['1', packages],
    ['2', { packages, dev: true, 'dev-package-names': ['a/branch'] }],
  ])('version %s: everything that is in the folder', (_, value) => {
    const shown = showPackages(composerInstalled, 'app/vendor/composer/installed.json', JSON.stringify(value));

    expect(shown).toEqual({ packages: ['symfony/yaml v5.4.0', 'a/branch dev-main'], problems: [] });
  });

  test.each([
    ['[', 'not valid JSON'],
    ['{}', 'no valid object'],
    ['[{"name":"a/b"}, 1]', '2 entries without a valid name and version; the first is "a/b"'],
  ])('%j is a problem', (text, message) => {
    expect(showPackages(composerInstalled, 'vendor/composer/installed.json', text)).toEqual({
      packages: [],
      problems: [expect.stringContaining(message)],
    });
  });
});

test('composer.lock: what is not for development', () => {
  const text = JSON.stringify({ packages, 'packages-dev': [{ name: 'a/dev', version: '1.0.0' }] });

  expect(showPackages(composerLock, 'app/composer.lock', text)).toEqual({
    packages: ['symfony/yaml v5.4.0', 'a/branch dev-main'],
    problems: [],
  });
  expect(analyzeText(composerLock, 'app/composer.lock', text).findings[0]).toMatchObject({
    package: { ecosystem: 'composer', evidence: 'lock' },
  });
});
