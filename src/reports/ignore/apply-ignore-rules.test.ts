import { expect, test } from 'vitest';
import {
  libssl,
  openssl,
  sampleMalware,
  sampleReport,
  sampleSecret,
  sampleSetting,
} from '../../../test/support/sample-report.ts';
import { applyIgnoreRules } from './apply-ignore-rules.ts';
import type { IgnoreRule } from './ignore-rule.ts';

const now = new Date('2024-06-30T23:59:59Z');
const report = sampleReport({ suppressed: [] });
const rule = (over: Partial<IgnoreRule>): IgnoreRule => ({ id: 'CVE-2024-0001', reason: '', line: 1, ...over });
const apply = (...rules: readonly IgnoreRule[]) => applyIgnoreRules(report, rules, 'rules', now);
const names = (packages: readonly { readonly package: { readonly name: string } }[]) =>
  packages.map((each) => each.package.name);

test('what a rule names is left out with the rule, its line and its reason, and nothing is lost', () => {
  const { vulnerabilities, suppressed } = apply(rule({ line: 7, reason: 'not reachable' }));

  expect(vulnerabilities.map(({ id }) => id)).toEqual(['GHSA-xxxx-yyyy-zzzz']);
  expect(suppressed).toEqual([
    { reason: 'ignored', detail: 'rules:7: not reachable', vulnerability: report.vulnerabilities[0] },
  ]);
});

test('a rule may name an alias, in capitals or not', () => {
  expect(apply(rule({ id: 'GHSA-AAAA-BBBB-CCCC' })).suppressed).toHaveLength(1);
});

test('a vulnerability counts on for the packages that no rule names', () => {
  const { vulnerabilities, suppressed } = apply(rule({ package: 'libssl3' }));

  expect(names(vulnerabilities[0]?.affected ?? [])).toEqual([openssl.name]);
  expect(names(suppressed[0]?.vulnerability.affected ?? [])).toEqual([libssl.name]);
});

test.for([
  ['by the name of the source package', rule({ package: 'openssl' }), 2],
  ['by a purl without a version', rule({ package: 'pkg:deb/debian/libssl3' }), 1],
  ['by a purl with its version', rule({ package: 'pkg:deb/debian/libssl3@3.0.9-1' }), 1],
  ['by a purl with another version', rule({ package: 'pkg:deb/debian/libssl3@3.0.9-2' }), 0],
  ['by the purl of another', rule({ package: 'pkg:deb/debian/libssl' }), 0],
  ['by the path of the file that declares it', rule({ path: 'var/lib/**' }), 2],
  ['by another path', rule({ path: 'srv/**' }), 0],
  ['until its last day', rule({ until: '2024-06-30' }), 2],
  ['not after its last day', rule({ until: '2024-06-29' }), 0],
  ['every id of a package', rule({ id: '*', package: '@scope/lodash' }), 1],
  ['by the purl of a scoped package', rule({ id: '*', package: 'pkg:npm/%40scope/lodash' }), 1],
] as const)('a package is meant %s', ([, given, count]) => {
  expect(apply(given).suppressed.flatMap(({ vulnerability }) => vulnerability.affected)).toHaveLength(count);
});

test('of several rules the first that holds decides', () => {
  const { suppressed } = apply(rule({ until: '2024-01-01', line: 1 }), rule({ path: 'x', line: 2 }), rule({ line: 3 }));

  expect(suppressed.map(({ detail }) => detail)).toEqual(['rules:3']);
});

const withFindings = sampleReport({
  suppressed: [],
  risk: { risks: [sampleSecret, sampleSetting], gaps: [] },
  malware: { files: [sampleMalware], engines: [], failures: [], warnings: [] },
});
const leftOutBy = (given: Partial<IgnoreRule>) => {
  const { risk, malware } = applyIgnoreRules(withFindings, [rule({ line: 2, ...given })], 'rules', now);
  expect((risk?.risks.length ?? 0) + (risk?.suppressed?.length ?? 0)).toBe(2); // nothing is lost
  expect((malware?.files.length ?? 0) + (malware?.suppressed?.length ?? 0)).toBe(1);
  return [
    ...(risk?.suppressed ?? []).map((each) => [each.risk.rule, each.detail]),
    ...(malware?.suppressed ?? []).map((each) => [each.file.name, each.detail]),
  ];
};

test.for([
  ['a secret by its rule', { id: 'GITHUB-TOKEN', reason: 'a sample' }, 'github-token'],
  ['a secret by its fingerprint', { id: '*', fingerprint: '0123456789abcdef' }, 'github-token'],
  ['a secret by its path', { id: '*', kind: 'secret', path: 'srv/**' }, 'github-token'],
  ['a setting by its check', { id: 'CIS-DI-0001' }, 'CIS-DI-0001'],
  ['malware by its name', { id: 'UNIX.MINER.SAMPLE-1', path: 'srv/*.zip!/**' }, 'Unix.Miner.Sample-1'],
] as const)('%s is left out with its reason', ([, given, id]) => {
  const reason = 'reason' in given ? `: ${given.reason}` : '';

  expect(leftOutBy(given)).toEqual([[id, `rules:2${reason}`]]);
});

test.for([
  ['another fingerprint', { id: 'GITHUB-TOKEN', fingerprint: 'f'.repeat(16) }],
  ['another path', { id: 'GITHUB-TOKEN', path: 'opt/**' }],
  ['a path for what lies in no file', { id: 'CIS-DI-0001', path: '**' }],
  ['another kind', { id: 'CIS-DI-0001', kind: 'secret' }],
  ['a package', { id: 'GITHUB-TOKEN', package: 'libssl3' }],
  ['a fingerprint for malware', { id: 'UNIX.MINER.SAMPLE-1', fingerprint: '0123456789abcdef' }],
  ['every id, but no kind', { id: '*', path: '**' }],
  ['a day that is over', { id: 'GITHUB-TOKEN', until: '2024-06-29' }],
] as const)('%s leaves out no secret, setting or malware', ([, given]) => {
  expect(leftOutBy(given)).toEqual([]);
});
