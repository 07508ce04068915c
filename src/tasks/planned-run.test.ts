import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ScanTimes } from '../model/scan-schedule.ts';
import { plannedRun } from './planned-run.ts';

const times = (overrides: Partial<ScanTimes> = {}): ScanTimes => ({
  enabled: true,
  periodDays: 1,
  startsAt: '03:00',
  kinds: ['vulnerability'],
  ...overrides,
});
const slotAt = (since: string, now: string, overrides: Partial<ScanTimes> = {}) =>
  plannedRun(times(overrides), new Date(since), new Date(now))?.slot.toISOString().slice(0, 16);

test.each<[string, string, string, Partial<ScanTimes>, string | undefined]>([
  ['before the first time', '2026-11-25T01:00Z', '2026-11-25T02:59Z', {}, undefined],
  ['at the first time', '2026-11-25T01:00Z', '2026-11-25T03:00Z', {}, '2026-11-25T03:00'],
  ['set at that very minute', '2026-11-25T03:00Z', '2026-11-25T03:00Z', {}, '2026-11-25T03:00'],
  ['set after the time of that day', '2026-11-25T04:00Z', '2026-11-25T23:00Z', {}, undefined],
  ['the next day then', '2026-11-25T04:00Z', '2026-11-26T03:00Z', {}, '2026-11-26T03:00'],
  [
    'every week: not on the second day',
    '2026-11-25T01:00Z',
    '2026-11-26T03:00Z',
    { periodDays: 7, endsAt: '05:00' },
    undefined,
  ],
  ['every week: on the eighth', '2026-11-25T01:00Z', '2026-12-02T03:00Z', { periodDays: 7 }, '2026-12-02T03:00'],
  ['missed, within its window', '2026-11-25T01:00Z', '2026-11-25T04:59Z', { endsAt: '05:00' }, '2026-11-25T03:00'],
  ['missed, and its window is over', '2026-11-25T01:00Z', '2026-11-25T05:00Z', { endsAt: '05:00' }, undefined],
  [
    'a window over midnight',
    '2026-11-25T01:00Z',
    '2026-11-26T00:30Z',
    { startsAt: '23:00', endsAt: '01:00' },
    '2026-11-25T23:00',
  ],
  [
    'a window that ends when it starts is a day',
    '2026-11-25T01:00Z',
    '2026-11-26T02:59Z',
    { endsAt: '03:00' },
    '2026-11-25T03:00',
  ],
  ['switched off', '2026-11-25T01:00Z', '2026-11-25T03:00Z', { enabled: false }, undefined],
])('%s', (_, since, now, overrides, expected) => {
  expect(slotAt(since, now, overrides)).toBe(expected);
});

test('the end of the window is told', () => {
  const run = plannedRun(times({ endsAt: '05:30' }), new Date('2026-11-25T01:00Z'), new Date('2026-11-25T03:10Z'));

  expect(run?.endsAt.toISOString()).toBe('2026-11-25T05:30:00.000Z');
});

test('whatever the timetable: a planned time has passed, its window has not, and it is on the grid', () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const spell = (at: number) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
  const since = new Date('2026-11-25T12:34:56.789Z');
  fc.assert(
    fc.property(
      minute,
      fc.option(minute),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(100 * 86_400),
      (start, end, periodDays, later) => {
        const now = new Date(since.getTime() + later * 1000);
        const overrides = { startsAt: spell(start), periodDays, ...(end === null ? {} : { endsAt: spell(end) }) };

        const run = plannedRun(times(overrides), since, now);

        if (!run) return;
        expect(run.slot.getTime()).toBeGreaterThanOrEqual(since.getTime());
        expect(run.slot.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(run.endsAt.getTime()).toBeGreaterThan(now.getTime());
        expect(run.slot.toISOString().slice(11, 16)).toBe(spell(start));
      },
    ),
  );
});
