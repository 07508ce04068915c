import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { buildZip } from '../../../test/support/build-zip.ts';
import { pythonEgg } from './python-egg.ts';

const path = 'usr/lib/python3/site-packages/requests-2.5.1-py3.8.egg';
const metadata = 'Metadata-Version: 1.1\nName: requests\nVersion: 2.5.1\n\nName: other\n';
const egg = (name: string, content: string) =>
  buildZip([
    { name: 'requests/__init__.py', content: '' },
    { name, content },
  ]);

test('an egg that nobody unpacked is a package', () => {
  const file = egg('EGG-INFO/PKG-INFO', metadata);

  expect(pythonEgg.wants(path) && pythonEgg.magic?.(file)).toBe(true);
  expect(analyzeText(pythonEgg, path, file)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'pypi', name: 'requests', version: '2.5.1' } }],
    problems: [],
  });
});

test.for<[string, Buffer]>([
  ['breaks off', egg('EGG-INFO/PKG-INFO', metadata).subarray(0, -10)],
  ['tells nothing of itself', egg('README', metadata)],
  ['tells no version', egg('EGG-INFO/PKG-INFO', 'Name: requests\n')],
])('an egg that %s is a problem', ([, file]) => {
  const { findings, problems } = analyzeText(pythonEgg, path, file);

  expect(findings).toEqual([]);
  expect(problems).toHaveLength(1);
});

test('a link in a text file of that name is not read', () => {
  expect(pythonEgg.magic?.(Buffer.from('../src\n'))).toBe(false);
});
