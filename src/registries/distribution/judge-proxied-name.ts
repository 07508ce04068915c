import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../model/app-error.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { explainRefusal, isAddressAllowed } from './address-policy.ts';
import { lookUpHere } from './look-up-here.ts';
import type { ResolvedAddress, System } from './system.ts';

const KEPT_MS = 60_000;
const KEPT = 500;

/**
 * Judges the name of what is asked through a proxy, which looks it up itself: `address-forbidden` when anything it is here
 * must not be contacted. What is not known here is left to the proxy.
 */
export function createNameJudge(policy: NetworkPolicy, system: Pick<System, 'resolve'>) {
  const known = new LRUCache<string, Promise<readonly ResolvedAddress[]>>({ max: KEPT, ttl: KEPT_MS });
  return async (host: string): Promise<void> => {
    if (isIP(host) !== 0) return;
    const asked = known.get(host) ?? lookUpHere(host, system);
    known.set(host, asked, { noUpdateTTL: true });
    const refused = (await asked).find(({ address }) => !isAddressAllowed(address, policy));
    if (refused) throw new AppError('address-forbidden', explainRefusal(host, refused.address));
  };
}
