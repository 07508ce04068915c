import { describe, expect, test } from 'vitest';
import { digestOf } from '../../test/support/sample-images.ts';
import type { LocatedPackage } from '../model/package.ts';
import { severities } from '../model/severity.ts';
import type { StoredVulnerability } from '../store/store.ts';
import { toImageVul } from './to-image-vul.ts';

const [base, app] = [digestOf('base'), digestOf('app')];
const located = (name: string, overrides: Partial<LocatedPackage> = {}): LocatedPackage => ({
  ecosystem: 'deb',
  name,
  version: '1.0',
  path: 'var/lib/dpkg/status',
  layer: base,
  ...overrides,
});
const stored = (overrides: Partial<StoredVulnerability> = {}): StoredVulnerability => ({
  number: 7,
  id: 'CVE-2024-1',
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'high',
  exploited: false,
  fixable: false,
  affected: [{ package: located('libssl3'), advisoryId: 'x' }],
  ...overrides,
});
const english = (overrides?: Partial<StoredVulnerability>) => toImageVul(stored(overrides), new Map(), 'en-US');

test.for([
  ['critical', '4'],
  ['high', '3'],
  ['medium', '2'],
  ['low', '1'],
  ['unknown', '1'],
] as const)('severity %s is Level %s', ([severity, level]) => {
  expect(severities).toContain(severity);
  expect(english({ severity }).Level).toBe(level);
});

describe('a fix', () => {
  const fixed = (name: string, fixedVersion: string) => ({ package: located(name), advisoryId: 'x', fixedVersion });

  test('is told once per package and version, in both languages', () => {
    const affected = [fixed('libssl3', '1.1'), fixed('openssl', '1.1'), fixed('libssl3', '1.1')];

    expect(english({ affected }).OfficialSolution).toBe('Upgrade to libssl3 1.1, openssl 1.1');
    expect(toImageVul(stored({ affected }), new Map(), 'zh-CN').OfficialSolution).toMatch(/libssl3 1\.1/);
    expect(english({ affected }).FixedVersions).toBe('1.1');
  });

  test('that is not known is not advised', () => {
    expect(english()).toMatchObject({ OfficialSolution: 'No fixed version is known yet', FixedVersions: '' });
  });

  test.for([
    [{ fixable: true, severity: 'critical' }, 'true'],
    [{ fixable: true, severity: 'high' }, 'true'],
    [{ fixable: true, severity: 'medium' }, 'false'],
    [{ fixable: true, severity: 'low', exploited: true }, 'true'],
    [{ fixable: false, severity: 'critical', exploited: true }, 'false'],
  ] as const)('%j: IsSuggest is the text %s', ([overrides, text]) => {
    expect(english(overrides).IsSuggest).toBe(text);
  });
});

test('scores are text, and whole ones have no fraction', () => {
  const score = (value: number) => english({ cvss: { score: value, vector: 'CVSS:3.1/…' } }).CvssScore;

  expect([score(9.8), score(10), english().CvssScore]).toEqual(['9.8', '10', '']);
});

test('a published time that cannot be read is left out', () => {
  expect(english({ published: '2024-01-02T03:04:05Z' }).SubmitTime).toBe('2024-01-02 03:04:05');
  for (const published of ['yesterday', '', '+999999-01-01T00:00:00Z'])
    expect(english({ published }).SubmitTime).toBe('');
});

test('layers are listed once, with the instruction that made them where it is known', () => {
  const affected = [located('a'), located('b'), located('c', { ecosystem: 'npm', layer: app })].map((each) => ({
    package: each,
    advisoryId: 'x',
  }));

  const { LayerInfos, CategoryType, Components } = toImageVul(
    stored({ affected }),
    new Map([[base, 'ADD /']]),
    'en-US',
  );

  expect(LayerInfos).toEqual([
    { LayerId: base, LayerCmd: 'ADD /' },
    { LayerId: app, LayerCmd: '' },
  ]);
  expect(CategoryType).toBe('SYSTEM');
  expect(Components.map((component) => component.Type)).toEqual(['SYSTEM', 'SYSTEM', 'WEB']);
});

test('references are a JSON array in a text, whatever they hold', () => {
  const references = ['https://example.org/"quoted"', 'ünïcode'];

  expect(JSON.parse(english({ references }).Reference)).toEqual(references);
  expect(english().Reference).toBe('[]');
});
