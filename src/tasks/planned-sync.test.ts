import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plannedSync } from './planned-sync.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const now = new Date('2026-11-26T12:00:00Z');
const before = (milliseconds: number) => new Date(now.getTime() - milliseconds);
const added = { registryId: 1, addedAt: before(9 * DAY_MS) };

test.each([
  ['what was synced before last night is due', { syncedAt: before(20 * HOUR_MS) }, true],
  ['what was synced since then is not', { syncedAt: before(HOUR_MS) }, false],
  ['what was never synced is due', {}, true],
  ['what was begun for this time, and failed, is not', { lastSlot: before(10 * HOUR_MS) }, false],
  ['what was begun for an earlier time is due', { lastSlot: before(35 * HOUR_MS) }, true],
  ['what was added since then is not: its owner decides', { addedAt: before(HOUR_MS) }, false],
  ['times that lie ahead say nothing', { syncedAt: before(-400 * DAY_MS), lastSlot: before(-DAY_MS) }, true],
])('%s', (_, times, isDue) => {
  expect(plannedSync({ ...added, ...times }, DAY_MS, now) !== undefined).toBe(isDue);
});

test('by the day registries are listed between midnight and three, neighbours at different times', () => {
  const slots = Array.from({ length: 60 }, (_, at) => plannedSync({ ...added, registryId: at + 1 }, DAY_MS, now));

  const hours = slots.map((slot) => ((slot?.getTime() ?? Number.NaN) % DAY_MS) / HOUR_MS);
  expect(Math.min(...hours)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...hours)).toBeLessThan(3);
  for (const hour of [0, 1, 2]) expect(hours.filter((each) => Math.floor(each) === hour).length).toBeGreaterThan(18);
  expect(new Set(hours).size).toBe(60);
});

test('a registry that is looked at often is due once in every period', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 5, max: 3 * 24 * 60 }),
      fc.integer({ min: 1, max: 60 }),
      (registryId, minutes, step) => {
        const everyMs = minutes * 60_000;
        let lastSlot: Date | undefined;
        let due = 0;
        for (let at = 0; at < 10 * everyMs; at += (everyMs / 100) * step) {
          const times = { registryId, addedAt: before(9 * DAY_MS), ...(lastSlot ? { lastSlot } : {}) };
          const slot = plannedSync(times, everyMs, new Date(now.getTime() + at));
          if (slot) due++;
          lastSlot = slot ?? lastSlot;
        }
        // The one that it was in at the beginning, and those that began since.
        expect(due).toBeGreaterThanOrEqual(10);
        expect(due).toBeLessThanOrEqual(11);
      },
    ),
  );
});
