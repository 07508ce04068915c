import { expect, test } from 'vitest';
import { isProjectFile } from './project-files.ts';

test.each([
  ['poetry.lock', true],
  ['app/poetry.lock', true],
  ['test/poetry.lock', true],
  ['srv/vendored/poetry.lock', true],
  ['app/my-poetry.lock', false],
  ['app/poetry.lock.bak', false],
  ['app/poetry.lock/x', false],
  ['app/tests/poetry.lock', false],
  ['app/test/fixtures/a/poetry.lock', false],
  ['usr/lib/python3/site-packages/a/poetry.lock', false],
  ['usr/lib/python3/dist-packages/a/poetry.lock', false],
  ['app/node_modules/a/poetry.lock', false],
  ['app/vendor/a/b/poetry.lock', false],
  ['usr/local/bundle/gems/a-1.0/poetry.lock', false],
  ['root/go/pkg/mod/example.org/a@v1.0.0/poetry.lock', false],
  ['root/.cargo/registry/src/a/poetry.lock', false],
])('%s is a file of a project: %s', (path, expected) => {
  expect(isProjectFile(path, ['pdm.lock', 'poetry.lock'])).toBe(expected);
});
