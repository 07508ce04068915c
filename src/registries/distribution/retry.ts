import { abortError } from './abort-error.ts';
import { DistributionError } from './distribution-error.ts';
import type { DistributionLimits } from './limits.ts';
import type { System } from './system.ts';

const FIRST_BACKOFF = 1_000;
const MAX_BACKOFF = 30_000;
const JITTER = 0.25;

// Waiting a moment does not start a server or create a name; the job's own schedule is the better retry.
const LASTING: readonly string[] = ['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Runs an idempotent attempt again after overload, server faults and cut connections, waiting as long as the registry
 * asks (1 s at least, with jitter). When tries or the wait budget are used up, the last error is thrown.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  limits: Pick<DistributionLimits, 'attempts' | 'waitBudget'>,
  system: Pick<System, 'random' | 'sleep'>,
  signal: AbortSignal,
): Promise<T> {
  let budget = limits.waitBudget;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DistributionError) || !isWorthAnotherTry(error) || tries >= limits.attempts) throw error;
      const wait = waitBefore(tries, error.retryAfterMs, system.random());
      if (wait > budget) throw error;
      budget -= wait;
      await sleepOrTell(wait, error, system, signal);
    }
  }
}

/** A caller whose time is over is told what kept it waiting, which says more than that time is over. */
async function sleepOrTell(
  wait: number,
  error: DistributionError,
  system: Pick<System, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  if (!signal.aborted) await system.sleep(wait, signal).catch(() => {});
  if (!signal.aborted) return;
  const stopped = abortError(signal, 'Waiting to ask the registry again');
  throw stopped.code === 'canceled' ? stopped : error;
}

function isWorthAnotherTry(error: DistributionError): boolean {
  return error.retryable && !LASTING.includes(error.networkCode ?? '');
}

/** Milliseconds to wait after the given number of failed tries. */
export function waitBefore(tries: number, retryAfterMs: number | undefined, random: number): number {
  const backoff = Math.min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** (tries - 1));
  const floor = retryAfterMs === undefined ? backoff : Math.max(FIRST_BACKOFF, retryAfterMs);
  return Math.ceil(floor * (1 + JITTER * random));
}
