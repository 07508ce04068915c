import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { python } from './python.ts';

test.each([
  ['usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA', true],
  ['usr/lib/python3/dist-packages/six.egg-info/PKG-INFO', true],
  ['usr/lib/python3/dist-packages/six-1.16.0.egg-info', true],
  ['opt/eggs/six-1.16.0-py3.egg/EGG-INFO/PKG-INFO', true],
  ['usr/lib/python3/dist-packages/six-1.16.0.dist-info/RECORD', false],
  ['src/METADATA', false],
  ['src/PKG-INFO', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(python.wants(path)).toBe(wanted);
});

test.each([
  ['Metadata-Version: 2.1\nName: Flask\nVersion: 2.0.1\n\nName: not-this\n', 'Flask', '2.0.1'],
  [
    'Metadata-Version: 1.1\r\nName: zope.interface\r\nVersion: 1!5.4.0\r\nDescription: x\r\n        Version: 9\r\n',
    'zope.interface',
    '1!5.4.0',
  ],
  ['name:a\nversion:1', 'a', '1'],
])('%j is a distribution', (text, name, version) => {
  expect(analyzeText(python, 'a.dist-info/METADATA', text)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'pypi', name, version } }],
    problems: [],
  });
});

test.each([
  ['', 'no valid Name'],
  ['Version: 1\n', 'no valid Name'],
  ['Name: a\n\nVersion: 1\n', 'no valid Version header for a'],
  ['Name: a\nVersion: 1 2\n', 'no valid Version'],
])('%j is a problem', (text, message) => {
  expect(analyzeText(python, 'a.dist-info/METADATA', text)).toEqual({
    findings: [],
    problems: [expect.stringContaining(message)],
  });
});
