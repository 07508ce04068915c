import type { Job } from '../store/store.ts';

/** Where a worker gets its jobs from: the embedded queue, or pg-boss. */
export interface JobSource {
  /** A job that is this worker's for a lease; undefined when none is due. */
  next(worker: string): Promise<ClaimedJob | undefined>;
  close(): Promise<void>;
}

export interface ClaimedJob {
  readonly job: Job;
  /** Says that it is being worked on; called with every renewal of the lease. */
  renewed(): Promise<void>;
  /** The job has ended, or has been put back. */
  settled(): Promise<void>;
  /** It ended in an error that nobody foresaw: it comes again later, but not for ever. */
  failed(error: unknown): Promise<void>;
}
