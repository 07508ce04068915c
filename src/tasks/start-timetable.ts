import type { Logger } from 'pino';
import type { ScheduledRunResult } from '../model/scan-schedule.ts';
import { chosenImages } from '../store/image-choice.ts';
import type { ScanSchedule } from '../store/scan-schedule.ts';
import type { Store } from '../store/store.ts';
import { plannedRun } from './planned-run.ts';
import { runDueSyncs } from './run-due-syncs.ts';

const EVERY_MS = 5_000;

type TimetableStore = Pick<Store, 'scanSchedule' | 'tasks'>;

export interface TimetableDeps {
  readonly store: TimetableStore & Pick<Store, 'registries'>;
  /** How often registries are listed; 0 = only when somebody asks. */
  readonly syncEveryMs: number;
  readonly now: () => Date;
  readonly log: Logger;
}

/** Starts the syncs and the scans of the timetable when they are due, until stopped. Of several processes one acts. */
export function startTimetable({ store, syncEveryMs, now, log }: TimetableDeps): { stop(): Promise<void> } {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const attempt = (work: Promise<void>) =>
    work.catch((err: unknown) => log.error({ err }, 'the timetable could not be looked at; trying again'));
  const look = async () => {
    await attempt(runDueSyncs(store, syncEveryMs, now, log));
    await attempt(runDueScan(store, now, log));
    if (!stopped) timer = setTimeout(run, EVERY_MS);
  };
  const run = () => {
    round = look();
  };
  let timer = setTimeout(run, EVERY_MS);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

/** One look at the timetable. */
export async function runDueScan(store: TimetableStore, now: () => Date, log: Logger): Promise<void> {
  const stored = await store.scanSchedule.get();
  const run = stored && plannedRun(stored.schedule, stored.updatedAt, now());
  // A planned time that lies ahead was acted on when the clock was ahead.
  const acted = stored?.lastSlot && stored.lastSlot <= now() ? stored.lastSlot : undefined;
  if (!run || (acted && acted >= run.slot)) return;
  if (!(await store.scanSchedule.claim(run.slot))) return;
  let result: ScheduledRunResult;
  try {
    result = await startScan(store, stored.schedule, Math.ceil((run.endsAt.getTime() - now().getTime()) / 1000));
  } catch (error) {
    log.error({ err: error }, 'the scan of the timetable could not be started');
    result = 'failed';
  }
  await store.scanSchedule.recordRun(result);
  log.info({ slot: run.slot, result }, 'the timetable has run');
}

async function startScan(
  { tasks }: TimetableStore,
  { kinds, choice }: ScanSchedule,
  timeoutSeconds: number,
): Promise<ScheduledRunResult> {
  const selection = chosenImages(choice);
  if (await tasks.create({ kinds, selection, timeoutSeconds, createdBy: 'timetable', scheduled: true }))
    return 'started';
  const { total } = await tasks.progressOf(selection, 0);
  const { total: authorized } = await tasks.progressOf({ ...selection, authorizedOnly: true }, 0);
  if (total === 0) return 'nothing-chosen';
  // All that is authorised is being scanned already.
  return authorized === 0 ? 'nothing-authorized' : 'started';
}
