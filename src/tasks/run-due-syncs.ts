import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { plannedSync } from './planned-sync.ts';

/** One look at which registries are due to be listed again. `everyMs` 0: none ever is. */
export async function runDueSyncs(
  { registries }: Pick<Store, 'registries'>,
  everyMs: number,
  now: () => Date,
  log: Logger,
): Promise<void> {
  if (everyMs === 0) return;
  for (const times of await registries.syncTimes()) {
    const slot = plannedSync(times, everyMs, now());
    if (!slot || !(await registries.startPlannedSync(times.registryId, slot))) continue;
    log.info({ registryId: times.registryId, slot }, 'a sync is due');
  }
}
