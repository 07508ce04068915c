import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** One sync job. The registry's row must be locked, or nobody else write. */
export async function queueSync(trx: Transaction<Tables>, registryId: number, at: Date): Promise<void> {
  await trx
    .insertInto('jobs')
    .values({ kind: 'sync', registry_id: registryId, attempt: 0, available_at: at.getTime() })
    .execute();
  await trx.updateTable('registries').set({ sync_status: 'queued' }).where('id', '=', registryId).execute();
}
