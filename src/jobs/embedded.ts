import type { JobStore } from '../store/store.ts';
import type { JobSource } from './job-source.ts';

export interface EmbeddedQueueDeps {
  readonly jobs: JobStore;
  readonly leaseMs: number;
  readonly now: () => Date;
}

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/** The queue in the store's own table, for one process on SQLite. */
export function createEmbeddedQueue({ jobs, leaseMs, now }: EmbeddedQueueDeps): JobSource {
  return {
    next: async (worker) => {
      const job = await jobs.claim(worker, now(), leaseMs);
      return (
        job && {
          job,
          renewed: async () => {},
          settled: async () => {},
          failed: async () => {
            const wait = Math.min(FIRST_RETRY_MS * 2 ** (job.attempt - 1), LONGEST_RETRY_MS);
            await jobs.retry(job.id, worker, new Date(now().getTime() + wait));
          },
        }
      );
    },
    close: async () => {},
  };
}
