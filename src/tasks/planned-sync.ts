import type { SyncTimes } from '../store/store.ts';

const HOUR_MS = 3_600_000;
const LONGEST_SPREAD_MS = 3 * HOUR_MS;
/** Spreads neighbouring numbers evenly, however many there are: https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The planned time that a registry is in, when nobody has acted on it yet; undefined otherwise. Periods begin at midnight UTC,
 * and each registry has its own place in the first three hours of them (of a shorter period, in all of it), so that not all are
 * listed at once. What was missed is made up for, once.
 */
export function plannedSync(times: SyncTimes, everyMs: number, now: Date): Date | undefined {
  const at = now.getTime();
  const offset = Math.floor(((times.registryId * GOLDEN) % 1) * Math.min(everyMs, LONGEST_SPREAD_MS));
  const slot = Math.floor((at - offset) / everyMs) * everyMs + offset;
  // What lies ahead was written when the clock was wrong.
  const acted = [times.addedAt, times.syncedAt, times.lastSlot].filter((time) => time && time.getTime() <= at);
  return acted.some((time) => time && time.getTime() >= slot) ? undefined : new Date(slot);
}
