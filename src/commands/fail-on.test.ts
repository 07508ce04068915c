import { expect, test } from 'vitest';
import {
  knownReport,
  sampleMalware,
  sampleSecret,
  sampleSetting,
  unknownReport,
} from '../../test/support/sample-report.ts';
import type { LocatedPackage } from '../model/package.ts';
import type { Vulnerability } from '../model/vulnerability.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { brokenRules, type FailRule, kindOfRule, lacksEpss, parseFailOn } from './fail-on.ts';

const layer = `sha256:${'1'.repeat(64)}` as const;
const pkg: LocatedPackage = { ecosystem: 'deb', name: 'zlib1g', version: '1', path: 'var/lib/dpkg/status', layer };

const found = (id: string, over: Partial<Vulnerability> & { readonly fixedVersion?: string }): Vulnerability => ({
  id,
  aliases: [],
  title: '',
  description: '',
  references: [],
  severity: 'low',
  exploited: false,
  affected: [{ package: pkg, advisoryId: id, ...(over.fixedVersion ? { fixedVersion: over.fixedVersion } : {}) }],
  ...over,
});

const report = (over: Partial<ScanReport>): ScanReport => ({
  reference: 'app:1',
  platform: 'linux/amd64',
  imageId: layer,
  kinds: ['vulnerability'],
  inventory: { packages: [pkg], problems: [] },
  layers: [],
  vulnerabilities: [],
  coverage: 'known',
  gaps: [],
  suppressed: [],
  ...over,
});

test.for([
  ['critical', found('CVE-1', { severity: 'critical' })],
  ['high', found('CVE-1', { severity: 'high' })],
  ['medium', found('CVE-1', { severity: 'medium' })],
  ['low', found('CVE-1', { severity: 'low' })],
  ['kev', found('CVE-1', { severity: 'unknown', exploited: true })],
  ['fixable', found('CVE-1', { severity: 'unknown', fixedVersion: '2' })],
  ['epss=0.1', found('CVE-1', { severity: 'unknown', epss: { probability: 0.1, percentile: 0.9 } })],
] as const)('%s is broken by what it names and by nothing else', ([rule, vulnerability]) => {
  const harmless = found('CVE-2', { severity: 'unknown' });

  expect(brokenRules(report({ vulnerabilities: [vulnerability, harmless] }), [rule])).toEqual([`${rule}: 1 (CVE-1)`]);
  expect(brokenRules(report({ vulnerabilities: [harmless] }), [rule])).toEqual([]);
});

test('unknown is broken by what could not be known, and says what that is', () => {
  const gaps = [{ cause: 'distribution-not-covered', subject: 'Debian:7' }] as const;

  expect(brokenRules(report({ coverage: 'unknown', gaps }), ['unknown'])).toEqual(['unknown: Debian:7']);
  expect(brokenRules(report({ coverage: 'partial' }), ['unknown'])).toEqual(['unknown: partial']);
  expect(brokenRules(report({}), ['unknown'])).toEqual([]);
});

test('many vulnerabilities are counted and only the first are named', () => {
  const vulnerabilities = Array.from({ length: 7 }, (_, i) => found(`CVE-${i}`, { severity: 'high' }));

  expect(brokenRules(report({ vulnerabilities }), ['critical', 'high'])).toEqual([
    'high: 7 (CVE-0, CVE-1, CVE-2, CVE-3, CVE-4, …)',
  ]);
});

test('rules are read from a list, and a word that is none is refused with all that are', () => {
  expect(parseFailOn('Critical, kev')).toEqual<FailRule[]>(['critical', 'kev']);
  expect(() => parseFailOn('critical,hihg')).toThrow(
    '"hihg" is none of critical, high, medium, low, kev, fixable, malware, secret, unknown, epss=<least chance, 0 to 1>, risk=<least severity>.',
  );
});

test.for([
  ['epss=0.1', 'epss=0.1'],
  ['EPSS=.05', 'epss=0.05'],
  ['epss=1', 'epss=1'],
] as const)('%s is a chance', ([text, rule]) => {
  expect(parseFailOn(text)).toEqual([rule]);
});

test.for(['epss', 'epss=', 'epss=2', 'epss=10%', 'epss=-1', 'epss=1e-9'])('%s is none', (text) => {
  expect(() => parseFailOn(text)).toThrow('is none of');
});

test('without a single chance nobody can say which are likely, but an image without CVEs needs none', () => {
  const unlikely = found('CVE-2', { epss: { probability: 0.01, percentile: 0.2 } });

  expect(lacksEpss(report({ vulnerabilities: [found('CVE-1', {})] }), ['epss=0.5'])).toBe(true);
  expect(lacksEpss(report({ vulnerabilities: [found('CVE-1', {}), unlikely] }), ['epss=0.5'])).toBe(false);
  expect(lacksEpss(report({ vulnerabilities: [] }), ['epss=0.5'])).toBe(false);
  expect(lacksEpss(report({ vulnerabilities: [found('CVE-1', {})] }), ['critical'])).toBe(false);
});

const risky = knownReport({
  vulnerabilities: [],
  risk: { risks: [sampleSecret, sampleSetting], gaps: [] },
});

test.for([
  ['malware', ['malware: 1 (Unix.Miner.Sample-1 in srv/upload.zip!/miner)']],
  ['secret', ['secret: 1 (github-token)']],
  ['risk=critical', ['risk=critical: 1 (github-token)']],
  ['risk=high', ['risk=high: 1 (github-token)']],
  ['risk=medium', ['risk=medium: 2 (github-token, CIS-DI-0001)']],
  ['risk=unknown', ['risk=unknown: 2 (github-token, CIS-DI-0001)']],
] as const)('%s is broken by what it names', ([rule, lines]) => {
  expect(brokenRules(risky, [rule])).toEqual(lines);
});

test('what is left out breaks nothing', () => {
  const { malware } = knownReport();
  const leftOut = knownReport({
    risk: { risks: [], gaps: [], suppressed: [{ risk: sampleSecret, detail: 'rules:1' }] },
    ...(malware
      ? { malware: { ...malware, files: [], suppressed: [{ file: sampleMalware, detail: 'rules:2' }] } }
      : {}),
  });

  expect(brokenRules(leftOut, ['malware', 'secret', 'risk=unknown'])).toEqual([]);
});

test('unknown is about every kind that was looked for, and about no other', () => {
  expect(brokenRules(unknownReport(), ['unknown'])).toEqual([
    'unknown: Debian:7',
    'unknown malware: clamav: nobody listens on 127.0.0.1:3310',
    'unknown risk: layer 1: it is cut off',
  ]);
  expect(brokenRules({ ...unknownReport(), kinds: ['malware'] }, ['unknown'])).toHaveLength(1);
  expect(brokenRules(knownReport(), ['unknown'])).toEqual([]);
});

test('malware is unknown where no engine looked at all', () => {
  const { malware } = knownReport();
  const nobody = knownReport(malware ? { malware: { ...malware, files: [], engines: [] } } : {});

  expect(brokenRules(nobody, ['unknown'])).toEqual(['unknown malware: unknown']);
});

test('rules of risks are read, and tell what has to be looked for', () => {
  const read = parseFailOn('malware,secret,Risk=High,kev,epss=0.5,unknown');

  expect(read).toEqual(['malware', 'secret', 'risk=high', 'kev', 'epss=0.5', 'unknown']);
  expect(read.map(kindOfRule)).toEqual(['malware', 'risk', 'risk', 'vulnerability', 'vulnerability', undefined]);
  expect(() => parseFailOn('risk=bad')).toThrow('is none of');
  expect(() => parseFailOn('risk')).toThrow('is none of');
});
