import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { boolean, integer, list, text, unsigned } from './fields.ts';

const refused = Symbol('refused');
const read = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : refused;
};

describe('a text', () => {
  test.for(['', 'a', '未命名', ' padded ', '\n', 'x'.repeat(10_000)])('is %j', (value) => {
    expect(read(text(), value)).toBe(value);
  });

  test.for([5, true, null, undefined, {}, ['a'], 'a\0b', 'x'.repeat(10_001)])('is not %j', (value) => {
    expect(read(text(), value)).toBe(refused);
  });
});

describe('an integer', () => {
  test.for([
    [0, 0],
    [-5, -5],
    ['5427', 5427],
    ['-1', -1],
    ['007', 7],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53, Number.MAX_SAFE_INTEGER],
    ['18446744073709551615', Number.MAX_SAFE_INTEGER],
  ])('%j is read as %j', ([value, expected]) => {
    expect(read(integer(), value)).toBe(expected);
  });

  test.for([1.5, Number.NaN, Number.POSITIVE_INFINITY, '', ' 1', '1.0', '1e3', '0x10', '+1', '9'.repeat(21), true, []])(
    'is not %j',
    (value) => {
      expect(read(integer(), value)).toBe(refused);
    },
  );

  test('that is unsigned is not below zero, in digits or not', () => {
    expect([0, '0', -1, '-1'].map((value) => read(unsigned(), value))).toEqual([0, 0, refused, refused]);
  });
});

describe('a boolean', () => {
  test('is one, or its word', () => {
    expect([true, 'true', false, 'false'].map((value) => read(boolean(), value))).toEqual([true, true, false, false]);
  });

  test.for([0, 'yes', '', null])('is not %j', (value) => {
    expect(read(boolean(), value)).toBe(refused);
  });
});

test('a list has a limit', () => {
  expect(read(list(integer(), 2), [1, 2])).toEqual([1, 2]);
  expect(read(list(integer(), 2), [1, 2, 3])).toBe(refused);
  expect(read(list(integer()), Array(10_001).fill(1))).toBe(refused);
});
