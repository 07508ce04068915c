import { createHash } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import { unscannedColumns } from './image-rows.ts';
import type { KnownTag, NewArtifact, SeenImage, SeenTag } from './store.ts';
import type { SummaryColumns, Tables } from './tables.ts';

type Write = Transaction<Tables>;

/** What a repository is called in each place: `team/app` → namespace `team`, name `app`. */
export function splitRepository(path: string): { readonly namespace: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { namespace: '', name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

export async function knownTags(
  db: Kysely<Tables>,
  registryId: number,
  repository: string,
): Promise<ReadonlyMap<string, KnownTag>> {
  const rows = await db
    .selectFrom('tags')
    .innerJoin('repositories', 'repositories.id', 'tags.repository_id')
    .select(['tags.id', 'tags.name', 'tags.digest', 'tags.etag', 'tags.skipped'])
    .select((eb) =>
      eb
        .selectFrom('images')
        .select(eb.fn.countAll<number>().as('n'))
        .whereRef('images.tag_id', '=', 'tags.id')
        .as('images'),
    )
    .where('repositories.registry_id', '=', registryId)
    .where('repositories.path', '=', repository)
    .execute();
  return new Map(
    rows.map((row) => [
      row.name,
      {
        id: row.id,
        digest: row.digest as Digest,
        ...(row.etag === null ? {} : { etag: row.etag }),
        skipped: JSON.parse(row.skipped) as KnownTag['skipped'],
        images: Number(row.images ?? 0),
      },
    ]),
  );
}

/** Records tags of one repository as seen; see ImageStore.saveTags. */
export async function saveTags(
  trx: Write,
  registryId: number,
  repository: string,
  tags: readonly SeenTag[],
): Promise<void> {
  const registry = await trx.selectFrom('registries').select('url').where('id', '=', registryId).executeTakeFirst();
  if (!registry) return;
  const repositoryId = await upsertRepository(trx, registryId, registry.url, repository);
  for (const tag of tags) await saveTag(trx, registryId, repositoryId, tag);
  await refreshLatest(trx, repositoryId);
}

async function upsertRepository(trx: Write, registryId: number, url: string, path: string): Promise<number> {
  const { id } = await trx
    .insertInto('repositories')
    .values({ registry_id: registryId, path, ...splitRepository(path), address: `${new URL(url).host}/${path}` })
    .onConflict((conflict) =>
      conflict.columns(['registry_id', 'path']).doUpdateSet((eb) => ({ address: eb.ref('excluded.address') })),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function saveTag(trx: Write, registryId: number, repositoryId: number, tag: SeenTag): Promise<void> {
  const columns = {
    digest: tag.digest,
    etag: tag.etag ?? null,
    skipped: JSON.stringify(tag.skipped),
    synced_at: tag.syncedAt.getTime(),
  };
  const { id: tagId } = await trx
    .insertInto('tags')
    .values({ registry_id: registryId, repository_id: repositoryId, name: tag.name, ...columns })
    .onConflict((conflict) => conflict.columns(['repository_id', 'name']).doUpdateSet(columns))
    .returning('id')
    .executeTakeFirstOrThrow();

  // A moved tag: its old rows go, unless a running container still uses them.
  const digests = tag.images.map((image) => image.digest);
  let outdated = trx
    .deleteFrom('images')
    .where('tag_id', '=', tagId)
    .where((eb) => eb.or([eb('running', 'is', null), eb('running', '=', 0)]));
  if (digests.length > 0) outdated = outdated.where('digest', 'not in', digests);
  await outdated.execute();
  for (const image of tag.images) await insertImage(trx, { registryId, repositoryId, tagId, tag: tag.name }, image);
}

interface Place {
  readonly registryId: number;
  readonly repositoryId: number;
  readonly tagId: number;
  readonly tag: string;
}

async function insertImage(trx: Write, place: Place, image: SeenImage): Promise<void> {
  const artifact = await upsertArtifact(trx, image.artifact);
  const summary: SummaryColumns =
    artifact.summary === null ? unscannedColumns(image.artifact.os) : (JSON.parse(artifact.summary) as SummaryColumns);
  await trx
    .insertInto('images')
    .values({
      registry_id: place.registryId,
      repository_id: place.repositoryId,
      tag_id: place.tagId,
      tag: place.tag,
      digest: image.digest,
      image_id: image.artifact.imageId,
      artifact_id: artifact.id,
      platform: image.platform,
      size: image.size,
      created_at: image.createdAt?.getTime() ?? null,
      pushed_at: image.pushedAt?.getTime() ?? null,
      latest: 0,
      authorized: 0,
      trusted: 0,
      fix_recommended: null,
      ...summary,
    })
    .onConflict((conflict) => conflict.columns(['tag_id', 'digest', 'platform']).doNothing())
    .execute();
}

async function upsertArtifact(
  trx: Write,
  artifact: NewArtifact,
): Promise<{ readonly id: number; readonly summary: string | null }> {
  const layersKey = createHash('sha256')
    .update(artifact.layers.map((layer) => layer.digest).join('\n'))
    .digest('hex');
  await trx
    .insertInto('artifacts')
    .values({
      image_id: artifact.imageId,
      layers_key: layersKey,
      os: artifact.os,
      layers: JSON.stringify(artifact.layers),
      history: JSON.stringify(artifact.history),
    })
    .onConflict((conflict) => conflict.columns(['image_id', 'layers_key']).doNothing())
    .execute();
  return trx
    .selectFrom('artifacts')
    .select(['id', 'summary'])
    .where('image_id', '=', artifact.imageId)
    .where('layers_key', '=', layersKey)
    .executeTakeFirstOrThrow();
}

/** Sets the latest flag of a repository, and what follows from it, on the rows where it changes. */
export async function refreshLatest(trx: Write, repositoryId: number): Promise<void> {
  const newest = await trx
    .selectFrom('images')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .orderBy(sql`created_at desc nulls last`)
    .orderBy(sql`pushed_at desc nulls last`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!newest) return;
  await trx
    .updateTable('images')
    .set({ latest: 0, fix_recommended: recommended(0) })
    .where('repository_id', '=', repositoryId)
    .where('latest', '=', 1)
    .where('id', '<>', newest.id)
    .execute();
  await trx
    .updateTable('images')
    .set({ latest: 1, fix_recommended: recommended(1) })
    .where('id', '=', newest.id)
    .where('latest', '=', 0)
    .execute();
}

/** Latest or running, and in need of a fix; unknown while the need is. `latest`: the value it is being set to. */
export const recommended = (latest: 0 | 1 | 'kept') =>
  sql<number | null>`case when needs_fix is null then null
    when needs_fix = 1 and (${latest === 'kept' ? sql.ref('latest') : sql.lit(latest)} = 1 or running = 1) then 1 else 0 end`;

/** After a complete walk: what the registry no longer lists. Returns how many image rows went. */
export async function removeUnseen(trx: Write, registryId: number, startedAt: Date): Promise<number> {
  const unseen = trx
    .selectFrom('tags')
    .select('tags.id')
    .where('registry_id', '=', registryId)
    .where('synced_at', '<', startedAt.getTime());
  const affected = await trx
    .selectFrom('tags')
    .select('repository_id')
    .distinct()
    .where('registry_id', '=', registryId)
    .where('synced_at', '<', startedAt.getTime())
    .execute();
  const removed = await trx
    .deleteFrom('images')
    .where('registry_id', '=', registryId)
    .where('tag_id', 'in', unseen)
    .where((eb) => eb.or([eb('running', 'is', null), eb('running', '=', 0)]))
    .executeTakeFirst();
  await trx
    .deleteFrom('tags')
    .where('registry_id', '=', registryId)
    .where('synced_at', '<', startedAt.getTime())
    .where('id', 'not in', trx.selectFrom('images').select('tag_id').where('registry_id', '=', registryId))
    .execute();
  for (const { repository_id } of affected) await refreshLatest(trx, repository_id);
  await trx
    .deleteFrom('repositories')
    .where('registry_id', '=', registryId)
    .where('id', 'not in', trx.selectFrom('tags').select('repository_id').where('registry_id', '=', registryId))
    .execute();
  return Number(removed.numDeletedRows);
}
