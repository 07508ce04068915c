import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { causeOf } from '../model/app-error.ts';
import { type Cause, causes } from '../model/cause.ts';
import type { HandedJob, JobDelivery } from '../store/job-delivery.ts';
import type { Job, JobStore } from '../store/store.ts';
import type { ClaimedJob, JobSource } from './job-source.ts';

export interface PgBossDeps {
  readonly url: string;
  readonly jobs: JobStore;
  readonly delivery: JobDelivery;
  /** Records that a job ends without a result: every delivery of it has failed. */
  readonly giveUp: (job: Job, reason: string, cause: Cause) => Promise<void>;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly log: Logger;
}

interface Payload {
  readonly job: Job;
}

const SCHEMA = 'plimsoll_jobs';
const QUEUE = 'jobs';
const DEAD = 'dead-jobs';
const CONNECTIONS = 4;
/** Handed over and not yet taken: a million jobs wait in our own table, where they can be cancelled in one statement. */
const WINDOW = 500;
const HAND_EVERY_MS = 250;
const LOOK_AT_DEAD_EVERY_MS = 5_000;
/** So long after its last sign of life a delivery counts as failed. */
const HEARTBEAT_SECONDS = 30;
const SIGN_OF_LIFE_MS = 8_000;
const RETRIES = 10;
/** However many exports are asked for, scans go on beside them. That one registry is walked once at a time our own table sees to. */
const AT_ONCE = { default: 1_000_000, tiers: { export: 2 } };
const kindsFirst: Readonly<Record<Job['kind'], number>> = { sync: 1_000, export: 500, scan: 0 };

/**
 * Jobs of many processes on one PostgreSQL. Our table says what is to be done, and pg-boss delivers it: in order of priority,
 * again with growing waits when a process dies or breaks, and after
 * so many failures to a queue of the dead, which become failures that users see. Its own tables lie in a schema of their own.
 * https://pgboss.io
 */
export async function openPgBossQueue(deps: PgBossDeps): Promise<JobSource> {
  const { url, delivery, log } = deps;
  const boss = new PgBoss({
    connectionString: url,
    schema: SCHEMA,
    application_name: 'plimsoll-jobs',
    max: CONNECTIONS,
    schedule: false,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    persistWarnings: false,
  });
  boss.on('error', (err) => log.warn({ err }, 'the job queue cannot be reached; trying again'));
  await boss.start();
  await boss.createQueue(DEAD);
  await boss.createQueue(QUEUE, {
    deadLetter: DEAD,
    retryLimit: RETRIES,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 60,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    deleteAfterSeconds: 60,
  });
  const handing = repeat(HAND_EVERY_MS, log, 'jobs could not be handed over; trying again', async () => {
    await delivery.hand(deps.now(), WINDOW, async (jobs, execute) => {
      await boss.insert(QUEUE, jobs.map(toInsert), { db: { executeSql: (text, values) => execute(text, values) } });
    });
  });
  const burying = repeat(LOOK_AT_DEAD_EVERY_MS, log, 'dead jobs could not be looked at; trying again', () =>
    bury(boss, deps),
  );
  return {
    next: (worker) => next(boss, worker, deps),
    close: async () => {
      await Promise.all([handing.stop(), burying.stop()]);
      await boss.stop({ graceful: false });
    },
  };
}

const toInsert = ({ priority, ...job }: HandedJob) => ({
  data: { job } satisfies Payload,
  priority: kindsFirst[job.kind] + priority,
  group: { id: job.kind === 'export' ? 'exports' : `${job.kind}s of registry ${job.registryId}`, tier: job.kind },
});

async function next(boss: PgBoss, worker: string, deps: PgBossDeps): Promise<ClaimedJob | undefined> {
  const { delivery, leaseMs, now } = deps;
  const [delivered] = await boss.fetch<Payload>(QUEUE, { batchSize: 1, groupConcurrency: AT_ONCE });
  if (!delivered) return undefined;
  const { id } = delivered;
  const job = await delivery.claim(delivered.data.job.id, worker, now(), leaseMs);
  if (!job) {
    // It was cancelled, or another delivery of it came first.
    await boss.complete(QUEUE, id);
    return next(boss, worker, deps);
  }
  let signedAt = performance.now();
  return {
    job,
    renewed: async () => {
      const at = performance.now();
      if (at - signedAt < SIGN_OF_LIFE_MS) return;
      signedAt = at;
      await boss.touch(QUEUE, id);
    },
    settled: async () => {
      await boss.complete(QUEUE, id);
    },
    failed: async (error) => {
      await delivery.letGo(job.id, worker);
      const message = error instanceof Error ? error.message : String(error);
      await boss.fail(QUEUE, id, { message, cause: causeOf(error) });
    },
  };
}

/** What could not be done by anybody fails, and says so. */
async function bury(boss: PgBoss, { jobs, delivery, giveUp, leaseMs, now, log }: PgBossDeps): Promise<void> {
  for (;;) {
    const [dead] = await boss.fetch<Payload>(DEAD, { batchSize: 1, includeMetadata: true });
    if (!dead) return;
    const job = await delivery.claim(dead.data.job.id, DEAD, now(), leaseMs);
    if (job) {
      log.error({ job: job.id, kind: job.kind }, 'a job was given up');
      await giveUp(job, `given up after ${RETRIES + 1} deliveries that failed`, causeIn(dead.sourceOutput));
      await jobs.complete(job.id, DEAD);
    }
    await boss.complete(DEAD, dead.id);
  }
}

/** What the last delivery failed of; one that died says nothing. */
function causeIn(output: object | null): Cause {
  const said = output && 'cause' in output ? output.cause : undefined;
  return causes.find((cause) => cause === said) ?? 'internal-error';
}

function repeat(everyMs: number, log: Logger, trouble: string, act: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    try {
      await act();
    } catch (err) {
      log.warn({ err }, trouble);
    }
    if (!stopped) timer = setTimeout(run, everyMs);
  };
  let running = Promise.resolve();
  const run = () => {
    running = round();
  };
  run();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
