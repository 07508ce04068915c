import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { errors } from './errors.ts';

/** Calls per second of one key on one action; 0 = no limit. The returned function throws RequestLimitExceeded. */
export function createRateLimit(perSecond: number): (secretId: string, action: string) => Promise<void> {
  if (perSecond === 0) return async () => {};
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return async (secretId, action) => {
    try {
      await limiter.consume(`${secretId} ${action}`);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw errors.requestLimitExceeded(refused.consumedPoints, perSecond);
      throw refused;
    }
  };
}
