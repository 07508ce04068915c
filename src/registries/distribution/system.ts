import { lookup as dnsLookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { abortError } from './abort-error.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** What the client takes from the machine; tests replace it. */
export interface System {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that pass whatever the clock is set to. */
  elapsed(): number;
  /** In [0, 1). */
  random(): number;
  /** Rejects with an AppError when the signal fires first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  resolve(hostname: string): Promise<readonly ResolvedAddress[]>;
}

export const system: System = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  random: () => Math.random(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch {
      throw abortError(signal, 'Waiting to ask the registry again');
    }
  },
  resolve: (hostname) => dnsLookup(hostname, { all: true }),
};
