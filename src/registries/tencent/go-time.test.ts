import { expect, test } from 'vitest';
import { readGoTime } from './go-time.ts';

test.each([
  ['2026-01-02 15:04:05.999999999 +0800 CST', '2026-01-02T07:04:05.999Z'],
  ['2026-01-02 15:04:05 +0000 UTC', '2026-01-02T15:04:05.000Z'],
  ['2026-01-02 15:04:05.5 -0330 -0330', '2026-01-02T18:34:05.500Z'],
  ['2026-01-02 15:04:05', '2026-01-02T07:04:05.000Z'],
  ['2026-01-02T15:04:05+08:00', '2026-01-02T07:04:05.000Z'],
])('%s is %s', (text, time) => expect(new Date(readGoTime(text)).toISOString()).toBe(time));

test('what is no time stays what it is', () => expect(readGoTime('yesterday')).toBe('yesterday'));
