import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseStore } from '../store/leases.ts';

/** One process after the other, over all processes of a database. */
export interface Turns {
  /**
   * Waits until nobody else has the turn of this name, and takes it; returns the call that ends it. A turn whose process
   * died ends by itself. Rejects when `signal` fires first.
   */
  take(name: string, signal: AbortSignal): Promise<() => Promise<void>>;
}

const FIRST_LOOK_MS = 50;
const SLOWEST_LOOK_MS = 1_000;

/** `holder` names this process. Every turn is one of its own, also within the process. */
export function createTurns(deps: {
  readonly leases: LeaseStore;
  readonly holder: string;
  readonly leaseMs: number;
  readonly now: () => Date;
}): Turns {
  const { leases, leaseMs, now } = deps;
  let taken = 0;
  return {
    take: async (name, signal) => {
      const holder = `${deps.holder}/${++taken}`;
      for (let wait = FIRST_LOOK_MS; !(await leases.take(name, holder, now(), leaseMs)); )
        wait = await look(wait, signal);
      const renewing = setInterval(() => {
        // One that fails is made up for by the next; two walks of one layer cost time and nothing else.
        leases.take(name, holder, now(), leaseMs).catch(() => undefined);
      }, leaseMs / 3);
      return async () => {
        clearInterval(renewing);
        await leases.release(name, holder).catch(() => undefined);
      };
    },
  };
}

async function look(wait: number, signal: AbortSignal): Promise<number> {
  try {
    await delay(wait, undefined, { signal });
  } catch {
    throw signal.reason;
  }
  return Math.min(wait * 2, SLOWEST_LOOK_MS);
}
