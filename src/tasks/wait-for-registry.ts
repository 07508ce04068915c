import type { JobOutcome } from '../jobs/create-worker.ts';
import { AppError } from '../model/app-error.ts';

const SHORTEST_MS = 1_000;
/** Whatever a registry asks for, it is worth a look once a day. */
const LONGEST_MS = 86_400_000;
/** Jobs that wait for the same moment must not all begin at it. */
const SPREAD_MS = 2_000;

/** The outcome of a job that its registry would refuse until a time: it waits, and has not been begun; else undefined. */
export function waitForRegistry(error: unknown, now: Date): (JobOutcome & { readonly done: false }) | undefined {
  if (!(error instanceof AppError) || !error.retryAt) return undefined;
  if (error.code !== 'budget-spent' && error.code !== 'rate-limited') return undefined;
  const wait = Math.min(Math.max(error.retryAt.getTime() - now.getTime(), SHORTEST_MS), LONGEST_MS);
  return { done: false, retryAt: new Date(now.getTime() + wait + Math.random() * SPREAD_MS), uncounted: true };
}
