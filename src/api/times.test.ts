import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateTime, rfc3339 } from './times.ts';

test('a time has two spellings, both of them UTC', () => {
  const time = new Date('2026-11-25T03:04:05.678Z');

  expect(rfc3339(time)).toBe('2026-11-25T03:04:05+00:00');
  expect(dateTime(time)).toBe('2026-11-25 03:04:05');
});

test.for([undefined, new Date('garbage'), new Date(8.64e15), new Date('-000001-01-01T00:00:00Z')])(
  '%o is no time that can be written',
  (time) => {
    expect([rfc3339(time), dateTime(time)]).toEqual(['', '']);
  },
);

test('any time is written whole or not at all', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: false }), (time) => {
      expect(rfc3339(time)).toMatch(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)?$/);
      expect(dateTime(time)).toMatch(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/);
    }),
  );
});
