import type { ScanTimes } from '../model/scan-schedule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The planned time that a timetable is in now, and when what it starts has to end. */
export interface PlannedRun {
  readonly slot: Date;
  readonly endsAt: Date;
}

/**
 * The run that is due or under way at `now`: the first planned time at or after `since`, then every `periodDays`. A run that
 * was missed is made up for until its window ends. undefined outside of every window, and when switched off.
 */
export function plannedRun(times: ScanTimes, since: Date, now: Date): PlannedRun | undefined {
  if (!times.enabled) return undefined;
  const startOfDay = since.getTime() - (since.getTime() % DAY_MS);
  const startMinute = minuteOf(times.startsAt);
  const sameDay = startOfDay + startMinute * MINUTE_MS;
  const period = times.periodDays * DAY_MS;
  const next = sameDay >= since.getTime() ? sameDay : sameDay + DAY_MS;
  const first = since.getTime() > now.getTime() + DAY_MS ? next - periodsUntil(next, now, period) * period : next;
  if (now.getTime() < first) return undefined;
  const slot = first + Math.floor((now.getTime() - first) / period) * period;
  const endsAt = slot + windowMs(startMinute, times.endsAt, period);
  return now.getTime() < endsAt ? { slot: new Date(slot), endsAt: new Date(endsAt) } : undefined;
}

/** A timetable that was made when the clock was ahead keeps its rhythm. */
const periodsUntil = (first: number, now: Date, period: number): number => Math.ceil((first - now.getTime()) / period);

function windowMs(startMinute: number, end: string | undefined, period: number): number {
  if (end === undefined) return period;
  const minutes = minuteOf(end) - startMinute;
  return (minutes > 0 ? minutes : minutes + 24 * 60) * MINUTE_MS;
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
