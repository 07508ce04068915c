import type { Logger } from 'pino';
import { AppError } from '../model/app-error.ts';
import type { Job, JobKind, JobStore } from '../store/store.ts';

/** What became of a job: done (also when it failed for good and said so), or to be tried again at a time. */
export type JobOutcome = { readonly done: true } | { readonly done: false; readonly retryAt: Date };

/** Does one job. The signal fires when the job is no longer ours (`canceled`) or when the process stops (`stopping`). */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobOutcome>;

/** Works on jobs until it is stopped. */
export interface JobWorker {
  start(): void;
  /** Hands unfinished jobs back and returns when nothing of ours runs any more. */
  stop(): Promise<void>;
}

export interface JobWorkerDeps {
  readonly jobs: JobStore;
  readonly handlers: Readonly<Record<JobKind, JobHandler>>;
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
/** A claim or a renewal that fails is the database's trouble; it is tried again, not given up. */
const TROUBLE_MS = 2_000;

/** The embedded queue's worker: `concurrency` loops of claim → handle → complete, each job under a renewed lease. */
export function createWorker(deps: JobWorkerDeps): JobWorker {
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];
  return {
    start: () => {
      loops = Array.from({ length: deps.concurrency }, () => loop(deps, stopping.signal));
    },
    stop: async () => {
      stopping.abort(new AppError('canceled', 'the server is stopping'));
      await Promise.all(loops);
    },
  };
}

async function loop(deps: JobWorkerDeps, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      const job = await deps.jobs.claim(deps.name, deps.now(), deps.leaseMs);
      if (job) await work(job, deps, stopping);
      else await pause(IDLE_MS, stopping);
    } catch (error) {
      deps.log.error({ err: error }, 'the job queue cannot be reached');
      await pause(TROUBLE_MS, stopping);
    }
  }
}

async function work(job: Job, deps: JobWorkerDeps, stopping: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const lease = keepLease(job, deps, lost);
  try {
    const outcome = await deps.handlers[job.kind](job, AbortSignal.any([stopping, lost.signal]));
    if (lost.signal.aborted) return;
    if (outcome.done) await deps.jobs.complete(job.id, deps.name);
    else await deps.jobs.retry(job.id, deps.name, outcome.retryAt);
  } catch (error) {
    if (lost.signal.aborted) return;
    if (!stopping.aborted)
      deps.log.error({ err: error, job: job.id, kind: job.kind }, 'a job ended in an unexpected error');
    const wait = stopping.aborted ? 0 : TROUBLE_MS;
    await deps.jobs.retry(job.id, deps.name, new Date(deps.now().getTime() + wait));
  } finally {
    await lease.end();
  }
}

function keepLease(job: Job, deps: JobWorkerDeps, lost: AbortController): { end(): Promise<void> } {
  const ended = new AbortController();
  const keeping = (async () => {
    for (;;) {
      await pause(RENEW_MS, ended.signal);
      if (ended.signal.aborted) return;
      try {
        if (await deps.jobs.renew(job.id, deps.name, deps.now(), deps.leaseMs)) continue;
        lost.abort(new AppError('canceled', 'the job was stopped'));
        return;
      } catch (error) {
        deps.log.warn({ err: error, job: job.id }, 'the lease of a job could not be renewed; trying again');
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
