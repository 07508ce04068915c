import { sql, type Transaction } from 'kysely';
import type { NewRegistry } from './store.ts';
import type { Tables } from './tables.ts';
import type { Vault } from './vault.ts';

/** What of a registry can be changed; an absent password stays as it is. */
export type RegistryChange = Omit<NewRegistry, 'password' | 'webhookUrl' | 'webhookToken'> & {
  readonly password?: string;
};

/** `name-taken`: by another registry; nothing is changed then. */
export type RegistryUpdate = 'updated' | 'name-taken' | 'not-found';

/** Changes a registry; with its URL, the addresses of its repositories change at once. */
export async function updateRegistry(
  trx: Transaction<Tables>,
  vault: Vault,
  id: number,
  change: RegistryChange,
): Promise<RegistryUpdate> {
  const owner = await trx.selectFrom('registries').select('id').where('name', '=', change.name).executeTakeFirst();
  if (owner && owner.id !== id) return 'name-taken';
  const updated = await trx
    .updateTable('registries')
    .set({
      name: change.name,
      type: change.type,
      url: change.url,
      username: change.username,
      ...(change.password === undefined ? {} : { password_sealed: vault.seal(change.password) }),
      net_type: change.netType,
      region: change.region,
      version: change.version,
      instance_id: change.instanceId,
      insecure: Number(change.insecure),
      speed_limit: change.speedLimit,
      sync_mode: change.syncMode,
      need_scan: Number(change.needScan),
    })
    .where('id', '=', id)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return 'not-found';
  const host = new URL(change.url).host;
  await trx
    .updateTable('repositories')
    .set({ address: sql<string>`${`${host}/`} || path` })
    .where('registry_id', '=', id)
    .execute();
  return 'updated';
}
