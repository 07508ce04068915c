import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createWorker } from '../jobs/create-worker.ts';
import { giveUpJob } from '../tasks/give-up-job.ts';
import { startHousekeeping } from '../tasks/start-housekeeping.ts';
import { startRematching } from '../tasks/start-rematching.ts';
import { startTimetable } from '../tasks/start-timetable.ts';
import { createScanner } from './create-scanner.ts';
import { createJobHandlers } from './job-handlers.ts';
import type { Installation } from './open-installation.ts';

/** Everything that goes on by itself: jobs, and what is due by the clock. */
export interface Work {
  start(): Promise<void>;
  /** Hands back what is unfinished. */
  stop(): Promise<void>;
}

export async function createWork(installation: Installation): Promise<Work> {
  const { config, store, now, log } = installation;
  const scanner = await createScanner(installation);
  const worker = createWorker({
    jobs: store.jobs,
    handlers: createJobHandlers(installation, scanner),
    giveUp: (job, reason) => giveUpJob(store, job, reason),
    name: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
    concurrency: config.jobs,
    leaseMs: config.leaseSeconds * 1000,
    now,
    log,
  });
  let clocks: readonly { stop(): Promise<void> }[] = [];
  return {
    start: async () => {
      // On SQLite nobody else works on this database, so whatever is leased belonged to a process that is gone.
      await store.jobs.release(now(), config.databaseUrl === undefined);
      worker.start();
      clocks = [
        startHousekeeping(store, config, now, log),
        startTimetable(store, now, log),
        startRematching({ store, log, ...scanner.rematching }),
      ];
    },
    stop: async () => {
      await Promise.all([worker, scanner.advisories, ...clocks].map((each) => each.stop()));
      await scanner.close();
    },
  };
}
