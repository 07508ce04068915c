import type { LocatedRunningImage } from '../model/running-image.ts';

/** What runs in one place. */
export interface RuntimeSnapshot {
  readonly source: string;
  /** When it was so; an older one than what is stored changes nothing. */
  readonly takenAt: Date;
  /** Until when it may be believed. */
  readonly expiresAt: Date;
  /** With the places of references that have no digest. */
  readonly images: readonly LocatedRunningImage[];
}

export interface RuntimeSourceState {
  readonly name: string;
  /** Absent: nobody ever reached it. */
  readonly takenAt?: Date;
  readonly expiresAt: Date;
  /** Whether its word counts. */
  readonly fresh: boolean;
  readonly containers: number;
  readonly images: number;
  /** Of those images: how many no registry lists. */
  readonly unlisted: number;
  /** Rows that run although their registry lists them no more, and that run although nobody ever scanned them. */
  readonly gone: number;
  readonly unscanned: number;
  /** Why it could not be asked last; '' when it could. */
  readonly failure: string;
}

export const runtimeAlarms = ['gone', 'unscanned', 'unlisted'] as const;
export type RuntimeAlarm = (typeof runtimeAlarms)[number];

/** An image that runs, and should not run so. */
export interface AlarmedImage {
  readonly alarm: RuntimeAlarm;
  /** A row of the list; absent for what no registry lists. */
  readonly imageId?: number;
  readonly name: string;
  readonly digest: string;
  readonly containers: number;
}

export interface RuntimeFigures {
  readonly fresh: number;
  readonly stale: number;
  readonly alarms: Readonly<Record<RuntimeAlarm, number>>;
}

/** Where containers run. What it says shows in the rows of images, from the same transaction on. */
export interface RuntimeStore {
  /** Takes the place of what the source said before; false when that was newer. */
  save(snapshot: RuntimeSnapshot): Promise<boolean>;
  /** What it said last is still so; false for an unknown source. */
  confirm(source: string, takenAt: Date, expiresAt: Date): Promise<boolean>;
  recordFailure(source: string, failure: string): Promise<void>;
  /** Sources whose word became too old no longer count, and are forgotten after a week. Harmless at any time. */
  settle(): Promise<void>;
  sources(): Promise<readonly RuntimeSourceState[]>;
  /** Of the sources whose word counts, by name. */
  alarms(limit: number): Promise<readonly AlarmedImage[]>;
  figures(): Promise<RuntimeFigures>;
  /** Containers that run, by all sources whose word counts; undefined when there is none. */
  containers(): Promise<number | undefined>;
  /** With all it said; false for an unknown source. */
  forget(source: string): Promise<boolean>;
}
