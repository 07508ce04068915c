import type { Registry } from 'prom-client';
import { lookAgain } from '../inventory/look-again.ts';
import { createWorker } from '../jobs/create-worker.ts';
import { createEmbeddedQueue } from '../jobs/embedded.ts';
import type { JobSource } from '../jobs/job-source.ts';
import { openPgBossQueue } from '../jobs/pg-boss.ts';
import type { Cause } from '../model/cause.ts';
import type { Job } from '../store/store.ts';
import { giveUpJob } from '../tasks/give-up-job.ts';
import { startEventLooks } from '../tasks/start-event-looks.ts';
import { startHousekeeping } from '../tasks/start-housekeeping.ts';
import { startRematching } from '../tasks/start-rematching.ts';
import { startTimetable } from '../tasks/start-timetable.ts';
import { trustAfterSync } from '../tasks/trust-after-sync.ts';
import { watchRuntime } from '../tasks/watch-runtime.ts';
import { countJobs } from './count-jobs.ts';
import { createRuntimeSources } from './create-runtime-sources.ts';
import { createScanner, type Scanner } from './create-scanner.ts';
import { createJobHandlers } from './job-handlers.ts';
import { measureScanner } from './measure-scanner.ts';
import type { Installation } from './open-installation.ts';

/** Everything that goes on by itself: jobs, and what is due by the clock. */
export interface Work {
  start(): Promise<void>;
  /** Hands back what is unfinished. */
  stop(): Promise<void>;
}

/** Some rounds of looking for new advisories. */
const REMATCHING_LEASE_MS = 120_000;

export async function createWork(installation: Installation, metrics: Registry): Promise<Work> {
  const { config, store, holder, now, log } = installation;
  // A server that only answers needs no advisories.
  const scanner = config.jobs > 0 ? measureScanner(await createScanner(installation), metrics) : undefined;
  let parts: readonly { stop(): Promise<void> }[] = scanner ? [scanner.advisories] : [];
  return {
    start: async () => {
      // On SQLite nobody else works on this database, so whatever is leased belonged to a process that is gone.
      await store.jobs.release(now(), config.databaseUrl === undefined);
      await store.jobs.bringForward(now());
      if (scanner) parts = [...parts, ...(await startScanning(installation, scanner, metrics))];
      parts = [...parts, startHousekeeping(store, config, now, log), timetable(installation)];
      parts = [...parts, watchRuntime({ store, sources: createRuntimeSources(config.runtime), holder, now, log })];
    },
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop()));
      await scanner?.close();
    },
  };
}

const timetable = ({ config: { syncEveryMs }, store, now, log }: Installation) =>
  startTimetable({ store, syncEveryMs, now, log });

async function startScanning(installation: Installation, scanner: Scanner, metrics: Registry) {
  const { store, log } = installation;
  const jobs = await startJobs(installation, countJobs(createJobHandlers(installation, scanner), metrics));
  const snapshotId = () => snapshotToMatch(installation, scanner);
  const looks = startLooks(installation, scanner);
  return [jobs, looks, startRematching({ store, log, ...scanner.rematching, snapshotId })];
}

function startLooks({ config, store, holder, now, log }: Installation, { connections }: Scanner) {
  return startEventLooks({
    store,
    lookAgain: async (registry, wanted, signal) => {
      const client = await connections.get(registry.id);
      const looked = await lookAgain(registry, client, wanted, { store, now }, signal);
      const { repository } = wanted;
      await trustAfterSync(registry, client, { store, policyPath: config.trustPolicy, log, repository }, signal);
      return looked;
    },
    // On SQLite nobody else works on this database: what a dead process held is ours at once.
    holder: config.databaseUrl === undefined ? 'the only process' : holder,
    leaseMs: config.leaseSeconds * 1_000,
    now,
    log,
  });
}

/** Of several processes one matches anew; another takes over when it has died. */
async function snapshotToMatch(
  { store, holder, now }: Installation,
  { rematching }: Scanner,
): Promise<string | undefined> {
  const isOurs = await store.leases.take('rematching', holder, now(), REMATCHING_LEASE_MS);
  return isOurs ? rematching.snapshotId() : undefined;
}

async function startJobs(installation: Installation, handlers: ReturnType<typeof createJobHandlers>) {
  const { config, store, holder: name, now, log } = installation;
  const giveUp = (job: Job, reason: string, cause: Cause) => giveUpJob(store, job, reason, cause);
  const leaseMs = config.leaseSeconds * 1_000;
  const { jobs, jobDelivery: delivery } = store;
  const source: JobSource =
    config.databaseUrl === undefined
      ? createEmbeddedQueue({ jobs, leaseMs, now })
      : await openPgBossQueue({ url: config.databaseUrl, jobs, delivery, giveUp, leaseMs, now, log });
  const worker = createWorker({ jobs, source, handlers, giveUp, name, concurrency: config.jobs, leaseMs, now, log });
  worker.start();
  return worker;
}
