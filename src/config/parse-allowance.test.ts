import { expect, test } from 'vitest';
import { parseAllowance } from './parse-allowance.ts';

test.each([
  ['5000/6h', 'requests', { amount: 5_000, windowMs: 21_600_000 }],
  ['100/m', 'requests', { amount: 100, windowMs: 60_000 }],
  ['20GiB/1d', 'bytes', { amount: 20 * 1024 ** 3, windowMs: 86_400_000 }],
  ['1000/30s', 'bytes', { amount: 1_000, windowMs: 30_000 }],
] as const)('%s of %s', (text, of, expected) => {
  expect(parseAllowance(text, of)).toEqual(expected);
});

test.each([
  '',
  '5000',
  '0/h',
  '-1/h',
  '5000/0h',
  '5000/h6',
  '1e3/h',
  '5GiB/h',
  '9'.repeat(15).concat('TiB/h'),
  '5/999999d',
])('"%s" allows no requests', (text) => {
  expect(parseAllowance(text, 'requests')).toBeUndefined();
});
