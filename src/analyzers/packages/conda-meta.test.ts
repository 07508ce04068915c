import { expect, test } from 'vitest';
import { analyzeText } from '../../../test/support/analyze-text.ts';
import { condaMeta } from './conda-meta.ts';

test.each([
  ['opt/conda/conda-meta/openssl-3.0.8-h7f8727e_0.json', true],
  ['conda-meta/a-1-0.json', true],
  ['opt/conda/conda-meta/history', false],
  ['opt/conda/conda-meta/a/b.json', false],
  ['opt/conda/my-conda-meta/a.json', false],
])('%s is wanted: %s', (path, wanted) => {
  expect(condaMeta.wants(path)).toBe(wanted);
});

test('a package of Conda is installed', () => {
  const text = '{"build": "h7f8727e_0", "name": "openssl", "version": "3.0.8", "files": ["bin/openssl"]}';

  expect(analyzeText(condaMeta, 'opt/conda/conda-meta/openssl-3.0.8-h7f8727e_0.json', text)).toEqual({
    findings: [{ kind: 'package', package: { ecosystem: 'conda', name: 'openssl', version: '3.0.8' } }],
    problems: [],
  });
});
