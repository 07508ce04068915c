import { setTimeout as delay } from 'node:timers/promises';
import type { ResolvedAddress, System } from './system.ts';

/** Behind a proxy many a machine has no name server that knows the world, or one that never answers. */
const LOOKUP_MS = 3_000;

/** What this machine knows of a name that a proxy is to look up; none when it knows nothing. */
export function lookUpHere(host: string, system: Pick<System, 'resolve'>): Promise<readonly ResolvedAddress[]> {
  const late = delay(LOOKUP_MS, [], { ref: false });
  return Promise.race([system.resolve(host), late]).catch(() => []);
}
