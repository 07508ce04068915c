import { LRUCache } from 'lru-cache';
import type { RateLimitStore } from '../../store/rate-limits.ts';
import { createRateLimit } from './create-rate-limit.ts';
import { errors } from './errors.ts';

const WINDOW_MS = 1_000;
/** So much of a limit is taken at once: most calls ask nobody. */
const DRAWS_PER_WINDOW = 4;
const MOST_NAMES = 10_000;

/** What this server may let pass until the window of all servers ends. */
interface Lease {
  readonly until: number;
  left: number;
  /** Calls of all servers, for the message. */
  calls: number;
  /** Nothing more is to be had in this window. */
  spent: boolean;
}

/**
 * The same as `createRateLimit` over all servers of a database: calls per second of one key on one action. A database that
 * does not answer leaves each server to its own count.
 */
export function createSharedRateLimit(
  perSecond: number,
  store: Pick<RateLimitStore, 'take'>,
  now: () => number = () => performance.now(),
): (secretId: string, action: string) => Promise<void> {
  if (perSecond === 0) return async () => {};
  const alone = createRateLimit(perSecond);
  const leases = new LRUCache<string, Lease>({ max: MOST_NAMES });
  const drawing = new Map<string, Promise<void>>();
  const size = Math.ceil(perSecond / DRAWS_PER_WINDOW);

  const draw = async (name: string) => {
    const { points, resetsInMs } = await store.take(name, size, WINDOW_MS);
    const before = points - size;
    const granted = Math.min(Math.max(perSecond - before, 0), size);
    leases.set(name, {
      until: now() + Math.min(Math.max(resetsInMs, 0), WINDOW_MS),
      left: granted,
      calls: Math.min(before, perSecond),
      spent: granted < size,
    });
  };
  const drawOnce = (name: string) => {
    const started = drawing.get(name) ?? draw(name).finally(() => drawing.delete(name));
    drawing.set(name, started);
    return started;
  };

  return async (secretId, action) => {
    const name = `${secretId} ${action}`;
    for (;;) {
      const lease = leases.get(name);
      if (lease && lease.until > now()) {
        if (lease.left > 0) {
          lease.left -= 1;
          lease.calls += 1;
          return;
        }
        if (lease.spent) throw errors.requestLimitExceeded(++lease.calls, perSecond);
      }
      try {
        await drawOnce(name);
      } catch {
        return alone(secretId, action);
      }
    }
  };
}
