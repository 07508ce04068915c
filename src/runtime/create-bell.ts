import { setTimeout as sleep } from 'node:timers/promises';

/** Tells a loop that something changed. */
export interface Bell {
  ring(): void;
  /** Resolves when it has rung since the last wait, at latest after `milliseconds`; rejects when `signal` aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    wait: async (milliseconds, signal) => {
      const done = new AbortController();
      try {
        await Promise.race([
          rung.promise,
          sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, done.signal]) }),
        ]);
      } finally {
        done.abort();
      }
      rung = Promise.withResolvers<void>();
    },
  };
}
