import { abortError } from './abort-error.ts';
import type { System } from './system.ts';

const WAITING = 'Waiting for a free connection to the registry';

/** At most so many holders at once, first come first served. */
export interface Limiter {
  /** Resolves to the function that gives the place back; calling it twice does nothing. */
  acquire(signal: AbortSignal): Promise<() => void>;
}

export function createLimiter(places: number): Limiter {
  const waiting: (() => void)[] = [];
  let free = places;

  function createRelease(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  }

  return {
    async acquire(signal) {
      if (signal.aborted) throw abortError(signal, WAITING);
      if (free > 0) {
        free -= 1;
        return createRelease();
      }
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => {
          waiting.splice(waiting.indexOf(onTurn), 1);
          reject(abortError(signal, WAITING));
        };
        const onTurn = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        waiting.push(onTurn);
        signal.addEventListener('abort', onAbort, { once: true });
      });
      return createRelease();
    },
  };
}

/** Decides when the next call may start. */
export interface Pacer {
  wait(signal: AbortSignal): Promise<void>;
  /** Nobody starts before so many milliseconds have passed: a registry that asks one to wait means all of us. */
  hold(milliseconds: number): void;
}

/** Spaces calls evenly: `wait` resolves at most `perSecond` times a second; 0 = no limit. */
export function createPacer(perSecond: number, system: Pick<System, 'elapsed' | 'sleep'>): Pacer {
  let nextAt = 0;
  return {
    async wait(signal) {
      const now = system.elapsed();
      const at = Math.max(now, nextAt);
      if (perSecond > 0) nextAt = at + 1_000 / perSecond;
      if (at > now) await system.sleep(at - now, signal);
    },
    hold(milliseconds) {
      nextAt = Math.max(nextAt, system.elapsed() + milliseconds);
    },
  };
}
