import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRetryAfter } from './parse-retry-after.ts';

const now = Date.parse('2024-05-01T12:00:00Z');

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['-5', 0],
  ['1.5', 1_500],
  ['0.25', 250],
  ['Wed, 01 May 2024 12:00:30 GMT', 30_000],
  ['Wednesday, 01-May-24 12:00:30 GMT', 30_000],
  ['Wed May  1 12:00:30 2024', 30_000],
  ['Wed, 01 May 2024 11:00:00 GMT', 0],
  ['2024-05-01T12:00:30Z', 30_000],
  ['35.852µs', 0.035852],
  ['571.072μs', 0.571072],
  ['35.852Âµs', 0.035852],
  ['571.072Î¼s', 0.571072],
  ['1h2m3.5s', 3_723_500],
  ['10us', 0.01],
  ['500ns', 0.0005],
  ['1.2ms', 1.2],
  ['3s', 3_000],
  ['1m2s', 62_000],
  ['1h0m0.5s', 3_600_500],
  [String(now / 1000 + 30), 30_000],
  [String(now / 1000 - 30), 0],
  [String(now + 30_000), 30_000],
])('%j is %d ms', (text, expected) => {
  expect(parseRetryAfter(text, now)).toBeCloseTo(expected, 6);
});

test.each(['', 'soon', '1,5', '1 minute', 'µs', '1x', '5s6', 'Wed', 'NaN', 'Infinity', '1e9', '0x10', '12:00'])(
  '%j is not understood',
  (text) => {
    expect(parseRetryAfter(text, now)).toBeUndefined();
  },
);

test('whatever a server sends, the wait is undefined or a finite number that is not negative', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789.-+hmsµun :,GMT') }));
  fc.assert(
    fc.property(text, (value) => {
      const wait = parseRetryAfter(value, now) ?? 0;
      expect(Number.isFinite(wait) && wait >= 0).toBe(true);
    }),
  );
});

test('every whole number of seconds up to thirty years reads as itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (seconds) => {
      expect(parseRetryAfter(String(seconds), now)).toBe(seconds * 1_000);
      expect(parseRetryAfter(`${seconds}s`, now)).toBe(seconds * 1_000);
    }),
  );
});

test('every HTTP date within reach reads as its distance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
      expect(parseRetryAfter(new Date(now + seconds * 1_000).toUTCString(), now)).toBe(seconds * 1_000);
    }),
  );
});
