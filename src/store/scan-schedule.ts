import type { ScanTimes, ScheduledRunResult } from '../model/scan-schedule.ts';
import type { Database } from './database.ts';
import type { ImageChoice } from './image-choice.ts';
import { toDate } from './image-rows.ts';
import { isFreeSlot } from './is-free-slot.ts';

export interface ScanSchedule extends ScanTimes {
  readonly choice: ImageChoice;
}

export interface StoredScanSchedule {
  readonly schedule: ScanSchedule;
  readonly updatedAt: Date;
  /** The planned time that was last acted on. */
  readonly lastSlot?: Date;
  readonly lastRunAt?: Date;
  readonly lastResult?: ScheduledRunResult;
}

/** The one timetable of scans. */
export interface ScanScheduleStore {
  /** undefined until one has been set. */
  get(): Promise<StoredScanSchedule | undefined>;
  set(schedule: ScanSchedule): Promise<void>;
  /** true for the one caller that may act on this planned time. */
  claim(slot: Date): Promise<boolean>;
  recordRun(result: ScheduledRunResult): Promise<void>;
}

const ONLY = 1;

export function createScanScheduleStore({ read, write }: Database, now: () => Date): ScanScheduleStore {
  return {
    get: async () => {
      const row = await read.selectFrom('scan_schedule').selectAll().where('id', '=', ONLY).executeTakeFirst();
      if (!row) return undefined;
      const [lastSlot, lastRunAt] = [toDate(row.last_slot), toDate(row.last_run_at)];
      return {
        schedule: JSON.parse(row.schedule) as ScanSchedule,
        updatedAt: new Date(row.updated_at),
        ...(lastSlot ? { lastSlot } : {}),
        ...(lastRunAt ? { lastRunAt } : {}),
        ...(row.last_result === null ? {} : { lastResult: row.last_result as ScheduledRunResult }),
      };
    },
    set: async (schedule) => {
      const columns = { schedule: JSON.stringify(schedule), updated_at: now().getTime() };
      await write
        .insertInto('scan_schedule')
        .values({ id: ONLY, ...columns })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
        .execute();
    },
    claim: async (slot) => {
      const claimed = await write
        .updateTable('scan_schedule')
        .set({ last_slot: slot.getTime() })
        .where('id', '=', ONLY)
        .where(isFreeSlot('last_slot', slot, now()))
        .executeTakeFirst();
      return claimed.numUpdatedRows > 0n;
    },
    recordRun: async (result) => {
      await write
        .updateTable('scan_schedule')
        .set({ last_run_at: now().getTime(), last_result: result })
        .where('id', '=', ONLY)
        .execute();
    },
  };
}
