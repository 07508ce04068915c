import type { Transaction } from 'kysely';
import { refreshLatest } from './image-sync.ts';
import { mayGo } from './outdated-images.ts';
import type { Tables } from './tables.ts';

const IDS_PER_STATEMENT = 1_000;

/**
 * After a look at the whole list of a repository's tags: what it no longer names goes, unless somebody has seen it since
 * then; a row that runs stays, and its tag says since when it is gone. Returns how many rows went.
 */
export async function removeTags(
  trx: Transaction<Tables>,
  registryId: number,
  repository: string,
  tagIds: readonly number[],
  since: Date,
): Promise<number> {
  const row = await trx
    .selectFrom('repositories')
    .select('id')
    .where('registry_id', '=', registryId)
    .where('path', '=', repository)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return 0;
  let removed = 0;
  for (let at = 0; at < tagIds.length; at += IDS_PER_STATEMENT)
    removed += await removeSome(trx, row.id, tagIds.slice(at, at + IDS_PER_STATEMENT), since);
  await refreshLatest(trx, row.id);
  await trx
    .deleteFrom('repositories')
    .where('id', '=', row.id)
    .where('id', 'not in', trx.selectFrom('tags').select('repository_id').where('repository_id', '=', row.id))
    .execute();
  return removed;
}

async function removeSome(
  trx: Transaction<Tables>,
  repositoryId: number,
  tagIds: readonly number[],
  since: Date,
): Promise<number> {
  const gone = trx
    .selectFrom('tags')
    .select('tags.id')
    .where('repository_id', '=', repositoryId)
    .where('tags.id', 'in', tagIds)
    .where('synced_at', '<', since.getTime());
  const removed = await trx.deleteFrom('images').where('tag_id', 'in', gone).where(mayGo).executeTakeFirst();
  const listed = trx.selectFrom('images').select('tag_id').where('repository_id', '=', repositoryId);
  await trx.deleteFrom('tags').where('tags.id', 'in', gone).where('tags.id', 'not in', listed).execute();
  await trx
    .updateTable('tags')
    .set({ gone_at: since.getTime() })
    .where('tags.id', 'in', gone)
    .where('gone_at', 'is', null)
    .execute();
  return Number(removed.numDeletedRows);
}
