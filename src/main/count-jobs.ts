import { Counter, Histogram, type Registry } from 'prom-client';
import type { JobHandler } from '../jobs/create-worker.ts';
import type { JobKind } from '../store/store.ts';

type Handlers = Readonly<Record<JobKind, JobHandler>>;

/** The same handlers, counted and timed by kind and outcome. */
export function countJobs(handlers: Handlers, metrics: Registry): Handlers {
  const total = new Counter({
    name: 'plimsoll_jobs_done_total',
    help: 'Jobs that this process has ended, by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'plimsoll_job_seconds',
    help: 'Time that this process worked on a job',
    labelNames: ['kind'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
    registers: [metrics],
  });
  // A rate sees what grows, not what begins.
  for (const kind of ['sync', 'scan', 'export']) {
    for (const outcome of ['done', 'put-back', 'failed']) total.inc({ kind, outcome }, 0);
  }
  const counted =
    (kind: JobKind): JobHandler =>
    async (job, signal) => {
      const end = seconds.startTimer({ kind });
      let outcome = 'failed';
      try {
        const result = await handlers[kind](job, signal);
        outcome = !result.done ? 'put-back' : result.failed ? 'failed' : 'done';
        return result;
      } catch (error) {
        // Handed back at a stop, cancelled, or taken over: nothing failed.
        if (signal.aborted) outcome = 'put-back';
        throw error;
      } finally {
        end();
        total.inc({ kind, outcome });
      }
    };
  return { sync: counted('sync'), scan: counted('scan'), export: counted('export') };
}
