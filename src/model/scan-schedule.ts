import type { ScanKind } from './scan.ts';

/** When scans start by themselves. Times of day are `HH:MM`, UTC. */
export interface ScanTimes {
  readonly enabled: boolean;
  /** Days from one run to the next. */
  readonly periodDays: number;
  readonly startsAt: string;
  /** What has not been scanned by then waits for the next run; before `startsAt` it means the next day. Absent: no end. */
  readonly endsAt?: string;
  readonly kinds: readonly ScanKind[];
}

export const scheduledRunResults = ['started', 'nothing-authorized', 'nothing-chosen', 'failed'] as const;
/** How a run went: why nothing was started, if so. */
export type ScheduledRunResult = (typeof scheduledRunResults)[number];
