import { expect, test } from 'vitest';
import { layerDigest, sampleLayerReports } from '../../test/support/sample-layer-reports.ts';
import type { Risk } from '../model/risk.ts';
import { assessRisks } from './assess-risks.ts';

const secret = (path: string) => ({
  path,
  rule: 'github-classic-token',
  title: 'GitHub token',
  severity: 'critical' as const,
  line: 3,
  excerpt: 'token = gh****12',
  fingerprint: '0123456789abcdef',
});
const setuid = (path: string) => ({
  path,
  finding: { kind: 'setting' as const, check: 'CIS-DI-0008', detail: 'setuid', shown: `-rwsr-xr-x 0:0 /${path}` },
});
const root: Risk = {
  rule: 'CIS-DI-0001',
  behavior: 'privilege',
  place: 'instruction',
  severity: 'low',
  description: 'runs as root',
  instruction: 'USER root',
};

test('a secret that a later layer deletes is one; a setting that a later layer mends is none', () => {
  const { risks, gaps } = assessRisks(
    [root],
    sampleLayerReports(
      { secrets: [secret('root/.env'), secret('srv/.env')], settings: [setuid('opt/tool'), setuid('opt/other')] },
      { removed: ['root'], files: { 'opt/tool': [] } },
    ),
  );

  expect(gaps).toEqual([]);
  expect(risks.map(({ rule, path, removedBy }) => [rule, path, removedBy])).toEqual([
    ['github-classic-token', 'root/.env', layerDigest(1)],
    ['github-classic-token', 'srv/.env', undefined],
    ['CIS-DI-0001', undefined, undefined],
    ['CIS-DI-0008', 'opt/other', undefined],
  ]);
  expect(risks[0]).toMatchObject({ layer: layerDigest(0), line: 3, fingerprint: '0123456789abcdef', place: 'file' });
  expect(risks[0]?.description).toMatch(/later layer removes/);
});

test('the mode of a folder is that of the last layer that has it', () => {
  const open = (path: string) => ({
    path,
    finding: {
      kind: 'setting' as const,
      check: 'PLI-LI-0002',
      detail: 'one of the image',
      shown: `drwxrwxrwx /${path}`,
    },
  });
  const { risks } = assessRisks(
    [],
    sampleLayerReports(
      {
        settings: [open('srv/mended'), open('srv/open'), setuid('srv/open/tool')],
        directories: ['srv/mended', 'srv/open'],
      },
      { directories: ['srv/mended', 'srv/late'] },
      { settings: [open('srv/late')], directories: ['srv/late'] },
      { directories: ['srv'] },
    ),
  );

  expect(risks.map(({ path, layer }) => [path, layer])).toEqual([
    ['srv/open', layerDigest(0)],
    ['srv/late', layerDigest(2)],
    ['srv/open/tool', layerDigest(0)],
  ]);
});

test('what was left out of a layer makes the result a lower bound; what concerns packages alone does not', () => {
  const cause = 'limit-exceeded';
  const { gaps } = assessRisks(
    [],
    sampleLayerReports({
      problems: [
        { path: '.', analyzer: 'layer', cause, message: 'too large' },
        { path: 'a', analyzer: 'secrets', cause, message: 'too many' },
        { path: 'c', analyzer: 'content', cause: 'file-unreadable', message: 'sparse' },
        { path: 'b', analyzer: 'npm', cause: 'package-unreadable', message: 'no JSON' },
      ],
    }),
  );

  expect(gaps.map(({ subject }) => subject)).toEqual(['.: too large', 'a: too many', 'c: sparse']);
});
