import { expect, test } from 'vitest';
import { timeOfTransfer, timeOfWindows } from './estimate-time.ts';

test('bytes take as long as they did so far', () => {
  expect(timeOfTransfer(1_000, { requests: 1, bytes: 500, busyMs: 2_000 })).toBe(4_000);
  expect(timeOfTransfer(0, undefined)).toBe(0);
});

test('a speed that nobody measured is unknown', () => {
  expect(timeOfTransfer(1_000, undefined)).toBeUndefined();
  expect(timeOfTransfer(1_000, { requests: 1, bytes: 500, busyMs: 3 })).toBeUndefined();
});

test.each([
  [10, undefined, undefined, 0],
  [10, { amount: 10, windowMs: 60 }, undefined, 0],
  [10, { amount: 10, windowMs: 60 }, 9, 60],
  [100, { amount: 10, windowMs: 60 }, 0, 600],
  [101, { amount: 10, windowMs: 60 }, 10, 600],
])('%d of %j with %s left wait %d', (needed, allowance, remaining, expected) => {
  expect(timeOfWindows(needed, allowance, remaining)).toBe(expected);
});
