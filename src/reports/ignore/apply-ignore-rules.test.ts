import { expect, test } from 'vitest';
import { libssl, openssl, sampleReport } from '../../../test/support/sample-report.ts';
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
