import type { Logger } from 'pino';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Job, JobKind, JobStore } from '../store/store.ts';
import { createEmbeddedQueue } from './embedded.ts';
import type { ClaimedJob, JobSource } from './job-source.ts';
import { logOfJob } from './log-of-job.ts';
import { type RememberedCauses, rememberCauses } from './remember-causes.ts';

/**
 * What became of a job: done (`failed`: for good, and what it was for says so), or to be tried again at a time; `uncounted` when it
 * was not begun, such as for want of budget.
 */
export type JobOutcome =
  | { readonly done: true; readonly failed?: true }
  | { readonly done: false; readonly retryAt: Date; readonly uncounted?: true };

/** Does one job. The signal fires when the job is no longer ours or when the process stops. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobOutcome>;

/** Works on jobs until it is stopped. */
export interface JobWorker {
  start(): void;
  /** Hands unfinished jobs back and returns when nothing of ours runs any more. */
  stop(): Promise<void>;
}

export interface JobWorkerDeps {
  readonly jobs: JobStore;
  /** The embedded queue when absent. */
  readonly source?: JobSource;
  readonly handlers: Readonly<Record<JobKind, JobHandler>>;
  /** Records that a job ends without a result: it has been begun too often, by workers that died or failed. */
  readonly giveUp: (job: Job, reason: string, cause: Cause) => Promise<void>;
  /** Unique among the processes on one database. */
  readonly name: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly now: () => Date;
  readonly log: Logger;
}

const IDLE_MS = 250;
/** Also how soon a cancelled job notices. */
const RENEW_MS = 1_000;
/** A claim that fails is the database's trouble; it is tried again, not given up. */
const TROUBLE_MS = 2_000;
/** A job that ends its worker, or fails in a way nobody foresaw, must not do so for ever. */
const MOST_ATTEMPTS = 25;

/** `concurrency` loops of claim → handle → complete, each job under a renewed lease. */
export function createWorker(deps: JobWorkerDeps): JobWorker {
  const stopping = new AbortController();
  const source = deps.source ?? createEmbeddedQueue(deps);
  const causes = rememberCauses();
  let loops: Promise<void>[] = [];
  return {
    start: () => {
      loops = Array.from({ length: deps.concurrency }, (_, index) =>
        // A job that this process lost and claimed again in another loop is not the first loop's any more.
        loop({ ...deps, name: `${deps.name}/${index + 1}` }, source, causes, stopping.signal),
      );
    },
    stop: async () => {
      stopping.abort(new AppError('canceled', 'the server is stopping'));
      await Promise.all(loops);
      await source.close();
    },
  };
}

async function loop(
  deps: JobWorkerDeps,
  source: JobSource,
  causes: RememberedCauses,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    try {
      const claimed = await source.next(deps.name);
      if (claimed) await work(claimed, deps, causes, stopping);
      else await pause(IDLE_MS, stopping);
    } catch (error) {
      deps.log.error({ err: error }, 'the job queue cannot be reached');
      await pause(TROUBLE_MS, stopping);
    }
  }
}

async function work(
  claimed: ClaimedJob,
  deps: JobWorkerDeps,
  causes: RememberedCauses,
  stopping: AbortSignal,
): Promise<void> {
  const { job } = claimed;
  const { jobs, handlers, giveUp, name, now } = deps;
  const log = logOfJob(deps.log, job);
  const giveBack = async () => {
    await jobs.giveBack(job.id, name, now());
    await claimed.settled();
  };
  if (stopping.aborted) return giveBack();
  const lost = new AbortController();
  const lease = keepLease(claimed, deps, lost);
  try {
    if (job.attempt > MOST_ATTEMPTS) {
      log.error('a job was given up');
      await giveUp(job, `given up after ${MOST_ATTEMPTS} attempts that did not end`, causes.of(job.id));
      await jobs.complete(job.id, name);
      return await claimed.settled();
    }
    const outcome = await handlers[job.kind](job, AbortSignal.any([stopping, lost.signal]));
    if (lost.signal.aborted) return await claimed.settled();
    causes.forget(job.id);
    if (outcome.done) await jobs.complete(job.id, name);
    else if (outcome.uncounted) await jobs.giveBack(job.id, name, outcome.retryAt);
    else await jobs.retry(job.id, name, outcome.retryAt);
    await claimed.settled();
  } catch (error) {
    if (lost.signal.aborted) return await claimed.settled();
    if (stopping.aborted) return await giveBack();
    log.error({ err: error }, 'a job ended in an unexpected error');
    causes.note(job.id, error);
    await claimed.failed(error);
  } finally {
    await lease.end();
  }
}

/** Renews until it is ended; fires `lost` when the job is somebody else's, or may be for all we can know. */
function keepLease(
  { job, renewed }: ClaimedJob,
  { jobs, name, leaseMs, now, log }: JobWorkerDeps,
  lost: AbortController,
): { end(): Promise<void> } {
  const ended = new AbortController();
  const every = Math.min(RENEW_MS, leaseMs / 3);
  // Not by the clock, which may be set meanwhile.
  let renewedAt = performance.now();
  const keeping = (async () => {
    for (;;) {
      await pause(every, ended.signal);
      if (ended.signal.aborted) return;
      const asked = performance.now();
      try {
        if (!(await jobs.renew(job.id, name, now(), leaseMs)))
          return lost.abort(new AppError('canceled', 'the job was stopped'));
        renewedAt = asked;
        await renewed();
      } catch (error) {
        log.warn({ err: error, job: job.id }, 'the lease of a job could not be renewed; trying again');
        if (performance.now() - renewedAt < leaseMs) continue;
        return lost.abort(new AppError('canceled', 'the lease of the job has run out'));
      }
    }
  })();
  return {
    end: async () => {
      ended.abort();
      await keeping;
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}
