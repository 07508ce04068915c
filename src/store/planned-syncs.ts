import type { Database } from './database.ts';
import { toDate } from './image-rows.ts';
import { isFreeSlot } from './is-free-slot.ts';
import { queueSync } from './queue-sync.ts';
import type { RegistryStore } from './store.ts';

/** Syncs that nobody asks for: what is known of each registry's last one, and the start of the next. */
export function createPlannedSyncs(
  { read, transaction }: Database,
  now: () => Date,
): Pick<RegistryStore, 'syncTimes' | 'startPlannedSync'> {
  return {
    syncTimes: async () => {
      const rows = await read
        .selectFrom('registries')
        .select(['id', 'created_at', 'synced_at', 'sync_slot'])
        .orderBy('id')
        .execute();
      return rows.map((row) => {
        const [syncedAt, lastSlot] = [toDate(row.synced_at), toDate(row.sync_slot)];
        return {
          registryId: row.id,
          addedAt: new Date(row.created_at),
          ...(syncedAt ? { syncedAt } : {}),
          ...(lastSlot ? { lastSlot } : {}),
        };
      });
    },
    startPlannedSync: (registryId, slot) =>
      transaction(async (trx) => {
        const claimed = await trx
          .updateTable('registries')
          .set({ sync_slot: slot.getTime() })
          .where('id', '=', registryId)
          .where(isFreeSlot('sync_slot', slot, now()))
          .executeTakeFirst();
        if (claimed.numUpdatedRows === 0n) return false;
        const underWay = await trx
          .selectFrom('jobs')
          .select('id')
          .where('kind', '=', 'sync')
          .where('registry_id', '=', registryId)
          .executeTakeFirst();
        if (underWay) return false;
        await queueSync(trx, registryId, now());
        return true;
      }),
  };
}
