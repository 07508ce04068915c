import { describe, expect, test } from 'vitest';
import { samplePackage, sampleVulnerability } from '../../test/support/sample-scans.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Severity } from '../model/severity.ts';
import type { Coverage, CoverageGap, MatchResult, Vulnerability } from '../model/vulnerability.ts';
import { isMustFix, summarise } from './summarise.ts';

const scannedAt = new Date('2026-11-25T00:00:00Z');
const inventory: Inventory = {
  os: { family: 'debian', release: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  packages: [samplePackage, { ...samplePackage, name: 'zlib1g' }],
  problems: [],
};
const fixed = { package: samplePackage, advisoryId: 'a', fixedVersion: '2' };
const unfixed = { package: samplePackage, advisoryId: 'a' };
const found = (severity: Severity, more: Partial<Vulnerability> = {}) =>
  sampleVulnerability(`CVE-${severity}`, { severity, ...more });
const result = (
  coverage: Coverage,
  vulnerabilities: readonly Vulnerability[] = [],
  gaps: readonly CoverageGap[] = [],
): MatchResult => ({ coverage, vulnerabilities, gaps, suppressed: [] });
const summary = (match: MatchResult, of: Inventory = inventory) => summarise(of, match, 'linux', scannedAt);
const missing: CoverageGap = { cause: 'advisories-missing', subject: 'no advisories' };

test('each level is counted; what has no level is counted with the low ones', () => {
  const levels: readonly Severity[] = ['critical', 'high', 'high', 'medium', 'low', 'unknown'];

  expect(
    summary(
      result(
        'known',
        levels.map((level) => found(level)),
      ),
    ),
  ).toMatchObject({
    vulnerability: { status: 'scanned', progress: 100 },
    vulnerabilities: 6,
    critical: 1,
    high: 2,
    medium: 1,
    low: 2,
    packages: 2,
    scannedAt,
    osName: 'Debian GNU/Linux 12 (bookworm)',
    detail: '',
  });
});

test('nothing found by advisories that cover the image is a clean zero', () => {
  const clean = summary(result('known'));

  expect(clean).toMatchObject({ vulnerabilities: 0, critical: 0, high: 0, medium: 0, low: 0, needsFix: false });
  expect(clean.vulnerability).toEqual({ status: 'scanned', progress: 100 });
});

test('nothing found where nothing is known is no zero at all', () => {
  const unknown = summary(result('unknown', [], [missing]));

  expect(unknown.vulnerability).toEqual({ status: 'failed', progress: 100, cause: 'advisories-missing' });
  for (const key of ['vulnerabilities', 'critical', 'high', 'medium', 'low', 'needsFix'] as const)
    expect([key, unknown[key]]).toEqual([key, undefined]);
  expect(unknown).toMatchObject({ packages: 2, detail: 'advisories-missing: no advisories' });
});

test('what is found where the rest is unknown is a lower bound with its cause', () => {
  const partial = summary(result('unknown', [found('low')], [missing]));

  expect(partial.vulnerability).toEqual({ status: 'scanned', progress: 100, cause: 'advisories-missing' });
  expect(partial).toMatchObject({ vulnerabilities: 1, low: 1 });
  expect(partial.needsFix).toBeUndefined();
});

test('kinds that nothing looks for yet stay not-scanned, and their counts unknown', () => {
  const { malware, risk, malwareFiles, risks, secrets } = summary(result('known'));

  expect([malware, risk]).toEqual(Array(2).fill({ status: 'not-scanned', progress: 0 }));
  expect([malwareFiles, risks, secrets]).toEqual(Array(3).fill(undefined));
});

test('an image without os-release is called by the system of its config', () => {
  expect(summary(result('known'), { packages: [], problems: [] }).osName).toBe('linux');
});

test('the detail is one bounded line', () => {
  const gaps = Array.from({ length: 200 }, (_, i): CoverageGap => ({ cause: 'version-undecided', subject: `p${i}` }));

  const { detail } = summary(result('partial', [], gaps));

  expect(detail.length).toBeLessThanOrEqual(500);
  expect(detail).toMatch(/^version-undecided: p0; version-undecided: p1; /);
});

describe('what must be fixed', () => {
  test.for([
    ['critical with a fix', found('critical', { affected: [fixed] }), true],
    ['high with a fix for one of two packages', found('high', { affected: [unfixed, fixed] }), true],
    ['medium with a fix', found('medium', { affected: [fixed] }), false],
    ['critical without a fix', found('critical', { affected: [unfixed] }), false],
    ['low but known to be exploited', found('low', { affected: [unfixed], exploited: true }), true],
  ] as const)('%s', ([, vulnerability, expected]) => {
    expect(isMustFix(vulnerability)).toBe(expected);
    expect(summary(result('known', [vulnerability])).needsFix).toBe(expected);
    // A partial result can prove that something must be fixed, never that nothing must.
    expect(summary(result('partial', [vulnerability], [missing])).needsFix).toBe(expected || undefined);
  });
});
