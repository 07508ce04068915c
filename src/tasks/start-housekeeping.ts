import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { pruneLayerReports } from './prune-layer-reports.ts';

const EVERY_MS = 1_000;
const ROUNDS_PER_COMPACTION = 60;
const DAY_MS = 86_400_000;

/** Ends tasks and exports past their time, with their files, and frees the jobs of dead workers, until stopped. */
export function startHousekeeping(
  store: Pick<
    Store,
    'tasks' | 'jobs' | 'images' | 'exports' | 'audit' | 'matchChanges' | 'layerReportUse' | 'settings' | 'rateLimits'
  >,
  {
    auditDays,
    changeDays,
    layerReportDays,
  }: { readonly auditDays: number; readonly changeDays: number; readonly layerReportDays: number },
  now: () => Date,
  log: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let rounds = 0;
  let round: Promise<void> = Promise.resolve();
  const tidy = async () => {
    try {
      const expired = await store.tasks.expire(now());
      if (expired.length > 0) log.warn({ tasks: expired }, 'scan tasks ran out of time');
      const freed = await store.jobs.release(now(), false);
      if (freed > 0) log.warn({ jobs: freed }, 'jobs of a silent worker were put back');
      await store.exports.expire();
      if (rounds++ % ROUNDS_PER_COMPACTION === 0) {
        await store.images.compactCounts();
        await store.audit.forget(new Date(now().getTime() - auditDays * DAY_MS));
        await store.matchChanges.forget(new Date(now().getTime() - changeDays * DAY_MS));
        await store.rateLimits.forget();
        const pruned = await pruneLayerReports(
          { use: store.layerReportUse, settings: store.settings },
          layerReportDays,
          now,
        );
        if (pruned > 0) log.info({ reports: pruned }, 'layer reports that nobody needs were forgotten');
      }
    } catch (error) {
      log.error({ err: error }, 'housekeeping failed; trying again');
    }
    if (!stopped) timer = setTimeout(run, EVERY_MS);
  };
  const run = () => {
    round = tidy();
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
