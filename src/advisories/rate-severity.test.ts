import { expect, test } from 'vitest';
import { rate, scoreVector } from './rate-severity.ts';

const CRITICAL_31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

// Scores of the calculators at first.org and nvd.nist.gov.
test.for<[string, number, string]>([
  [CRITICAL_31, 9.8, 'critical'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
  ['CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:N/I:N/A:L', 2.2, 'low'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'low'],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N', 6.5, 'medium'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O', 9.8, 'critical'], // the base, not the temporal score
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 9.3, 'critical'],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'high'], // version 2 has no critical
  ['AV:N/AC:M/Au:N/C:P/I:N/A:N', 4.3, 'medium'],
])('%s scores %d, which is %s', ([vector, score, severity]) => {
  expect(scoreVector(vector)).toMatchObject({ score, severity, vector });
});

test.for([
  '',
  'rubbish',
  'CVSS:3.1/AV:N',
  'CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  `${CRITICAL_31}/${'X:Y/'.repeat(100_000)}`,
])('an incomplete or odd vector has no score (%#)', (vector) => {
  expect(scoreVector(vector)).toBeUndefined();
});

test.for<[string, unknown, unknown, string, string]>([
  ['the distribution outweighs the vector', 'low', undefined, 'low', 'distribution'],
  ['unimportant is low', 'unimportant', undefined, 'low', 'distribution'],
  ['stars do not matter', 'medium**', undefined, 'medium', 'distribution'],
  ['not yet assigned says nothing', 'not yet assigned', undefined, 'critical', 'cvss'],
  ['end-of-life says nothing', 'end-of-life', undefined, 'critical', 'cvss'],
  ['the vector outweighs the database', undefined, 'LOW', 'critical', 'cvss'],
  ['a word that is none', '__proto__', undefined, 'critical', 'cvss'],
  ['no word at all', { high: true }, 7, 'critical', 'cvss'],
])('%s', ([, distribution, own, severity, origin]) => {
  const vector = { type: 'CVSS_V3', score: CRITICAL_31 };

  expect(rate([vector], distribution, own)).toEqual({ severity, origin, cvss: { score: 9.8, vector: CRITICAL_31 } });
});

test.for<[unknown, string]>([
  ['CRITICAL', 'critical'],
  ['HIGH', 'high'],
  ['MODERATE', 'medium'],
  ['LOW', 'low'],
])('without a vector GitHub’s word %s counts', ([word, severity]) => {
  expect(rate([], undefined, word)).toEqual({ severity, origin: 'words' });
});

test('the newest CVSS version wins, whatever it says', () => {
  const rating = rate(
    [
      { type: 'CVSS_V3', score: CRITICAL_31 },
      { type: 'CVSS_V4', score: 'CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' },
      { type: 'CVSS_V2', score: 'AV:N/AC:L/Au:N/C:C/I:C/A:C' },
    ],
    undefined,
    undefined,
  );

  expect(rating.severity).toBe('low');
});

test('Ubuntu rates in words within the list', () => {
  expect(rate([{ type: 'Ubuntu', score: 'negligible' }], undefined, undefined).severity).toBe('low');
});

test('nothing said is unknown', () => {
  expect(rate([], undefined, undefined)).toEqual({ severity: 'unknown', origin: 'none' });
});
