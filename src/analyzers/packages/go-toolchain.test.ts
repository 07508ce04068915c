import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { goToolchain } from './go-toolchain.ts';

test.each([
  ['usr/local/go/VERSION', true],
  ['go/VERSION', true],
  ['usr/share/cargo/VERSION', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(goToolchain.wants(path)).toBe(wanted);
});

test.each([
  ['go1.21.5\ntime 2023-11-29T21:21:46Z\n', '1.21.5'],
  ['go1.20', '1.20'],
  ['go1.22rc1\n', '1.22rc1'],
])('%j is Go %s', (text, version) => {
  expect(analyzeText(goToolchain, 'usr/local/go/VERSION', text)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'golang', name: 'toolchain', version } }],
    problems: [],
  });
});

test.each(['', 'devel go1.24-abc', '1.2.3'])('%j is a problem', (text) => {
  expect(analyzeText(goToolchain, 'usr/local/go/VERSION', text)).toEqual({
    findings: [],
    problems: ['its first line names no release of Go'],
  });
});
