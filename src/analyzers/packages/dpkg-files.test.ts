import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { dpkgFiles } from './dpkg-files.ts';

test.for([
  ['var/lib/dpkg/info/bash.list', 'bash'],
  ['var/lib/dpkg/info/libc6:amd64.list', 'libc6'],
])('%s lists the files of %s', ([path = '', name]) => {
  const { findings, problems } = analyzeText(dpkgFiles, path, '/.\n/bin\n/bin/a b\n');

  expect(findings).toEqual([{ kind: 'ownership', owner: { ecosystem: 'deb', name }, paths: ['.', 'bin', 'bin/a b'] }]);
  expect(problems).toEqual([]);
});

test('the checksums of a distroless image do the same', () => {
  const sums = `${'0'.repeat(32)}  usr/lib/a.so\n\\${'1'.repeat(32)}  usr/lib/b.so\n`;

  const { findings } = analyzeText(dpkgFiles, 'var/lib/dpkg/status.d/liba.md5sums', sums);

  expect(findings).toMatchObject([{ owner: { name: 'liba' }, paths: ['usr/lib/a.so', 'usr/lib/b.so'] }]);
});

test.for([
  'var/lib/dpkg/info/.list',
  'var/lib/dpkg/info/bash.md5sums',
  'var/lib/dpkg/info/a/b.list',
  'var/lib/dpkg/status.d/bash',
  'var/lib/dpkg/x.list',
])('%s is not wanted', (path) => {
  expect(dpkgFiles.wants(path)).toBe(false);
});

test('a line that names no file is a problem, once, and the others are kept', () => {
  const { findings, problems } = analyzeText(dpkgFiles, 'var/lib/dpkg/info/a.list', '/a\nb\n\n/c\n');

  expect(findings).toMatchObject([{ paths: ['a', 'c'] }]);
  expect(problems).toEqual(['line 2 names no file']);
});
