import { expect, test } from 'vitest';
import { parseIgnoreFile } from './parse-ignore-file.ts';

test('a line is an id, what narrows it, and after # why', () => {
  const { rules, faults } = parseIgnoreFile(
    [
      '# what we have looked at',
      '',
      'CVE-2024-0001',
      'ghsa-aaaa-bbbb-cccc  package=pkg:npm/%40scope/lodash@4.17.11\tuntil=2026-12-31 # not reachable, ticket #17',
      '* path=opt/vendor/** # theirs\r',
      'CVE-2024-0002 package=libssl3#why',
    ].join('\n'),
  );

  expect(faults).toEqual([]);
  expect(rules).toEqual([
    { id: 'CVE-2024-0001', reason: '', line: 3 },
    {
      id: 'GHSA-AAAA-BBBB-CCCC',
      package: 'pkg:npm/%40scope/lodash@4.17.11',
      until: '2026-12-31',
      reason: 'not reachable, ticket #17',
      line: 4,
    },
    { id: '*', path: 'opt/vendor/**', reason: 'theirs', line: 5 },
    { id: 'CVE-2024-0002', package: 'libssl3#why', reason: '', line: 6 },
  ]);
});

test.for([
  ['CVE-2024-1 because', '"because" is no field; a reason stands after #'],
  ['CVE-2024-1 until=2026-02-30', '"2026-02-30" is no day, such as 2026-12-31'],
  ['CVE-2024-1 until=tomorrow', '"tomorrow" is no day, such as 2026-12-31'],
  ['CVE-2024-1 pkg=a', '"pkg" is none of kind, package, path, fingerprint, until'],
  ['CVE-2024-1 package=', 'package has no value'],
  ['CVE-2024-1 package=a package=b', 'package stands there twice'],
  ['*', '* alone would ignore everything: add package=, path= or fingerprint='],
  ['* until=2026-12-31', '* alone would ignore everything: add package=, path= or fingerprint='],
  ['?', '"?" is no id of a vulnerability, such as CVE-2024-1234, nor of anything else'],
  ['* kind=secret', '* alone would ignore everything: add package=, path= or fingerprint='],
  ['a-rule kind=secrets', '"secrets" is none of vulnerability, malware, secret, setting'],
  ['a-rule fingerprint=0123', '"0123" is no fingerprint of a secret, 16 hexadecimal digits'],
  [`CVE-2024-1 path=${'*'.repeat(501)}`, 'path is longer than 500 characters'],
  [`CVE-2024-1 # ${'x'.repeat(2_000)}`, 'it is longer than 2000 characters'],
] as const)('"%s" is a fault, with its line', ([line, message]) => {
  expect(parseIgnoreFile(`CVE-2024-9999\n${line}\n`)).toEqual({
    rules: [{ id: 'CVE-2024-9999', reason: '', line: 1 }],
    faults: [{ line: 2, message }],
  });
});

test('a line may name a rule of secrets or settings, or malware as its engine does', () => {
  const { rules, faults } = parseIgnoreFile(
    [
      'github-token fingerprint=0123456789ABCDEF # a sample',
      'CIS-DI-0008 path=usr/bin/**',
      '{HEX}php.base64!v1(2) kind=malware',
      '* kind=secret path=usr/share/doc/**',
    ].join('\n'),
  );

  expect(faults).toEqual([]);
  expect(rules).toEqual([
    { id: 'GITHUB-TOKEN', fingerprint: '0123456789abcdef', reason: 'a sample', line: 1 },
    { id: 'CIS-DI-0008', path: 'usr/bin/**', reason: '', line: 2 },
    { id: '{HEX}PHP.BASE64!V1(2)', kind: 'malware', reason: '', line: 3 },
    { id: '*', kind: 'secret', path: 'usr/share/doc/**', reason: '', line: 4 },
  ]);
});

test('a file of too many lines is refused as a whole', () => {
  const { rules, faults } = parseIgnoreFile('CVE-2024-0001\n'.repeat(20_000));

  expect(rules).toEqual([]);
  expect(faults).toEqual([{ line: 10_001, message: 'more than 10000 lines' }]);
});
