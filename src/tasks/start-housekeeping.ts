import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { pruneLayerReports } from './prune-layer-reports.ts';
import { watchClock } from './watch-clock.ts';

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
    leaseSeconds,
  }: {
    readonly auditDays: number;
    readonly changeDays: number;
    readonly layerReportDays: number;
    readonly leaseSeconds: number;
  },
  now: () => Date,
  log: Logger,
): { stop(): Promise<void> } {
  let stopped = false;
  let rounds = 0;
  let round: Promise<void> = Promise.resolve();
  const clock = watchClock(now);
  let leasesJudgedFrom = 0;
  const tidy = async () => {
    try {
      const set = clock.look();
      if (set !== 0) {
        log.warn(
          { seconds: set / 1_000 },
          'the clock was set: what is old is forgotten when it has stayed there for a day',
        );
        // Whoever lives renews its leases by the new time meanwhile.
        leasesJudgedFrom = performance.now() + leaseSeconds * 1_000;
        await store.jobs.bringForward(now());
      }
      const expired = await store.tasks.expire(clock.cautious());
      if (expired.length > 0) log.warn({ tasks: expired }, 'scan tasks ran out of time');
      const freed = performance.now() < leasesJudgedFrom ? 0 : await store.jobs.release(now(), false);
      if (freed > 0) log.warn({ jobs: freed }, 'jobs of a silent worker were put back');
      await store.exports.expire();
      if (rounds++ % ROUNDS_PER_COMPACTION === 0) {
        await store.images.compactCounts();
        await store.audit.forget(new Date(clock.cautious().getTime() - auditDays * DAY_MS));
        await store.matchChanges.forget(new Date(clock.cautious().getTime() - changeDays * DAY_MS));
        await store.rateLimits.forget();
        const pruned = await pruneLayerReports(
          { use: store.layerReportUse, settings: store.settings },
          layerReportDays,
          clock.cautious,
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
