import { expect, test } from 'vitest';
import type { OperatingSystem } from '../model/inventory.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import { markEndOfLife } from './mark-end-of-life.ts';
import { endedOn } from './release-ends.ts';

const now = new Date('2026-11-25T12:00:00Z');
const os = (family: string, release: string, name = family): OperatingSystem => ({ family, release, name });
const result = (more: Partial<MatchResult>): MatchResult => ({
  vulnerabilities: [],
  suppressed: [],
  coverage: 'known',
  gaps: [],
  ...more,
});

test.for<[OperatingSystem, string | undefined]>([
  [os('debian', '10'), '2024-06-30'],
  [os('debian', '9.13'), '2022-06-30'],
  [os('debian', '12'), undefined],
  [os('debian', ''), undefined],
  [os('debian', '99'), undefined],
  [os('ubuntu', '18.04'), '2023-05-31'],
  [os('ubuntu', '24.04'), undefined],
  [os('alpine', '3.10.4'), '2021-05-01'],
  [os('alpine', '3.1'), '2016-11-01'],
  [os('alpine', '3.23_alpha20250612'), undefined],
  [os('centos', '7', 'CentOS Linux 7'), '2024-06-30'],
  [os('centos', '8', 'CentOS Stream 8'), '2024-05-31'],
  [os('centos', '9', 'CentOS Stream 9'), undefined],
  [os('almalinux', '8.10'), undefined],
  [os('amzn', '2018.03'), '2023-12-31'],
  [os('sles', '15.5'), '2024-12-31'],
  [os('sles', '15.7'), undefined],
  [os('sles', '15'), '2019-12-31'],
  [os('photon', '3.0'), '2024-06-30'],
  [os('__proto__', 'constructor'), undefined],
  [os('debian', '1.'.repeat(1_000_000)), undefined],
])('%o ended on %s', ([system, expected]) => {
  expect(endedOn(system, now)).toBe(expected);
});

test('the last day itself still counts', () => {
  const system = os('debian', '11');

  expect(endedOn(system, new Date('2026-08-31T23:59:59Z'))).toBeUndefined();
  expect(endedOn(system, new Date('2026-09-01T00:00:00Z'))).toBe('2026-08-31');
});

test('what was found counts on, as a lower bound', () => {
  expect(markEndOfLife(result({}), os('debian', '10'), now)).toMatchObject({
    coverage: 'partial',
    gaps: [{ cause: 'distribution-end-of-life', subject: 'debian 10: updates ended on 2024-06-30' }],
  });
});

test('without advisories the end of life is why nothing is known', () => {
  const gaps = [{ cause: 'distribution-not-covered', subject: 'Debian:7' }] as const;

  const { coverage, gaps: marked } = markEndOfLife(result({ coverage: 'unknown', gaps }), os('debian', '7'), now);

  expect([coverage, ...marked.map(({ cause }) => cause)]).toEqual([
    'unknown',
    'distribution-end-of-life',
    'distribution-not-covered',
  ]);
});

test.for([os('debian', '12'), undefined])('%o changes nothing', (system) => {
  const match = result({});

  expect(markEndOfLife(match, system, now)).toBe(match);
});
