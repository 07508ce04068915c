import { createHash } from 'node:crypto';
import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely';
import type { Digest } from '../model/digest.ts';
import type { Engine } from './database.ts';
import { lockIgnoreRules, subtractIgnored } from './ignored-findings.ts';
import { unscannedColumns } from './image-rows.ts';
import { lockRunning } from './lock-running.ts';
import { deleteOutdated, mayGo, moveAlong, removeMoved } from './outdated-images.ts';
import { recommended } from './recommended.ts';
import { idleContainers, refreshRunning } from './running-rows.ts';
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
    .select(['tags.id', 'tags.name', 'tags.digest', 'tags.etag', 'tags.skipped', 'tags.synced_at'])
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
        syncedAt: new Date(row.synced_at),
        digest: row.digest as Digest,
        ...(row.etag === null ? {} : { etag: row.etag }),
        skipped: JSON.parse(row.skipped) as KnownTag['skipped'],
        images: Number(row.images ?? 0),
      },
    ]),
  );
}

/** Below both engines' limits on parameters, and one statement text for most calls: sync saves so many tags at a time. */
const ROWS_PER_STATEMENT = 100;

/** Records tags of one repository as seen; see ImageStore.saveTags. A few statements whatever their number. */
export async function saveTags(
  trx: Write,
  engine: Engine,
  registryId: number,
  repository: string,
  tags: readonly SeenTag[],
): Promise<void> {
  await lockIgnoreRules(trx, engine, 'share');
  await lockRunning(trx, engine, 'share');
  const registry = await trx.selectFrom('registries').select('url').where('id', '=', registryId).executeTakeFirst();
  if (!registry) return;
  const repositoryId = await upsertRepository(trx, registryId, registry.url, repository);
  // A tag that was seen twice is what it was last.
  const seen = [...new Map(tags.map((tag) => [tag.name, tag])).values()];
  const artifacts = await upsertArtifacts(
    trx,
    seen.flatMap((tag) => tag.images.map((image) => image.artifact)),
  );
  const tagIds = await upsertTags(trx, registryId, repositoryId, seen);
  await deleteOutdated(trx, seen, tagIds);
  await moveAlong(trx, seen, tagIds);
  const idle = await idleContainers(trx);
  const rows = seen.flatMap((tag) =>
    tag.images.map((image) => {
      const artifact = artifacts.get(artifactKey(image.artifact));
      const tagId = tagIds.get(tag.name);
      if (!artifact || tagId === undefined) throw new Error(`the rows of ${repository}:${tag.name} were not stored`);
      const place = {
        registryId,
        repositoryId,
        tagId,
        tag: tag.name,
        tagDigest: tag.digest,
        seenAt: tag.syncedAt,
        idle,
      };
      return toImageRow(place, image, artifact);
    }),
  );
  for (const part of inParts(rows)) {
    const added = await trx
      .insertInto('images')
      .values(part)
      .onConflict((conflict) => conflict.columns(['tag_id', 'digest', 'platform']).doNothing())
      .returning('id')
      .execute();
    const imageIds = added.map((row) => row.id);
    await subtractIgnored(trx, engine, { imageIds });
    if (imageIds.length > 0) await refreshRunning(trx, { imageIds });
  }
  await refreshLatest(trx, repositoryId);
}

function* inParts<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT) yield all.slice(at, at + ROWS_PER_STATEMENT);
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

/** Ids by name. */
async function upsertTags(
  trx: Write,
  registryId: number,
  repositoryId: number,
  tags: readonly SeenTag[],
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const part of inParts(tags)) {
    const rows = await trx
      .insertInto('tags')
      .values(
        part.map((tag) => ({
          registry_id: registryId,
          repository_id: repositoryId,
          name: tag.name,
          digest: tag.digest,
          etag: tag.etag ?? null,
          skipped: JSON.stringify(tag.skipped),
          synced_at: tag.syncedAt.getTime(),
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['repository_id', 'name']).doUpdateSet((eb) => ({
          digest: eb.ref('excluded.digest'),
          etag: eb.ref('excluded.etag'),
          skipped: eb.ref('excluded.skipped'),
          synced_at: eb.ref('excluded.synced_at'),
        })),
      )
      .returning(['id', 'name'])
      .execute();
    for (const { id, name } of rows) ids.set(name, id);
  }
  return ids;
}

interface Place {
  readonly registryId: number;
  readonly repositoryId: number;
  readonly tagId: number;
  readonly tag: string;
  readonly tagDigest: Digest;
  readonly seenAt: Date;
  /** What a row shows whose image nobody runs. */
  readonly idle: 0 | null;
}

function toImageRow(place: Place, image: SeenImage, artifact: StoredArtifact) {
  const summary: SummaryColumns =
    artifact.summary === null ? unscannedColumns(image.artifact.os) : (JSON.parse(artifact.summary) as SummaryColumns);
  return {
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
    listed_at: place.seenAt.getTime(),
    latest: 0,
    authorized: 0,
    trusted: 0,
    tag_digest: place.tagDigest,
    running: place.idle,
    containers: place.idle,
    fix_recommended: null,
    ...summary,
  };
}

interface StoredArtifact {
  readonly id: number;
  readonly summary: string | null;
}

const artifactKey = ({ imageId, layers }: NewArtifact) => `${imageId} ${layersKey(layers)}`;

export function layersKey(layers: NewArtifact['layers']): string {
  return createHash('sha256')
    .update(layers.map((layer) => layer.digest).join('\n'))
    .digest('hex');
}

/** By `artifactKey`. */
async function upsertArtifacts(
  trx: Write,
  artifacts: readonly NewArtifact[],
): Promise<ReadonlyMap<string, StoredArtifact>> {
  const byKey = new Map(artifacts.map((artifact) => [artifactKey(artifact), artifact]));
  // In one order everywhere: two syncs that see the same new content must not wait for each other in a circle.
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, artifact]) => artifact);
  const stored = new Map<string, StoredArtifact>();
  for (const part of inParts(sorted)) {
    await trx
      .insertInto('artifacts')
      .values(
        part.map(({ imageId, os, layers, history }) => ({
          image_id: imageId,
          layers_key: layersKey(layers),
          os,
          layers: JSON.stringify(layers),
          history: JSON.stringify(history),
        })),
      )
      .onConflict((conflict) => conflict.columns(['image_id', 'layers_key']).doNothing())
      .execute();
    const imageIds = part.map(({ imageId }) => imageId);
    const rows = await trx
      .selectFrom('artifacts')
      .select(['id', 'image_id', 'layers_key', 'summary'])
      .where('image_id', 'in', imageIds)
      // A scan that is being saved must see these rows, or they its result.
      .forShare()
      .execute();
    for (const { image_id, layers_key, ...row } of rows) stored.set(`${image_id} ${layers_key}`, row);
  }
  return stored;
}

/** As saving tags does: one at a time may say which row of a repository is the latest. */
async function lockRepositories(trx: Write, ids: readonly number[]): Promise<void> {
  for (const part of inParts(ids)) {
    await trx.selectFrom('repositories').select('id').where('id', 'in', part).orderBy('id').forUpdate().execute();
  }
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

/** Of processes that see one repository at a time. */
const CLOCKS_APART_MS = 3_600_000;

/** After a complete walk: what the registry no longer lists. Returns how many image rows went. */
export async function removeUnseen(trx: Write, registryId: number, startedAt: Date, now: Date): Promise<number> {
  // Seen in a time to come: by an earlier walk, when the clock was ahead.
  const latest = Math.max(startedAt.getTime(), now.getTime()) + CLOCKS_APART_MS;
  const notSeen = (eb: ExpressionBuilder<Tables, 'tags'>) =>
    eb.or([eb('synced_at', '<', startedAt.getTime()), eb('synced_at', '>', latest)]);
  const unseen = trx.selectFrom('tags').select('tags.id').where('registry_id', '=', registryId).where(notSeen);
  const affected = await trx
    .selectFrom('tags')
    .select('repository_id')
    .distinct()
    .where('registry_id', '=', registryId)
    .where(notSeen)
    .execute();
  await lockRepositories(
    trx,
    affected.map((row) => row.repository_id),
  );
  const removed = await trx
    .deleteFrom('images')
    .where('registry_id', '=', registryId)
    .where('tag_id', 'in', unseen)
    .where(mayGo)
    .executeTakeFirst();
  await trx
    .deleteFrom('tags')
    .where('registry_id', '=', registryId)
    .where(notSeen)
    .where('id', 'not in', trx.selectFrom('images').select('tag_id').where('registry_id', '=', registryId))
    .execute();
  await trx
    .updateTable('tags')
    .set({ gone_at: startedAt.getTime() })
    .where('registry_id', '=', registryId)
    .where(notSeen)
    .execute();
  const moved = await removeMoved(trx, registryId);
  const repositoryIds = new Set([...affected, ...moved].map((row) => row.repository_id));
  for (const id of repositoryIds) await refreshLatest(trx, id);
  await trx
    .deleteFrom('repositories')
    .where('registry_id', '=', registryId)
    .where('id', 'not in', trx.selectFrom('tags').select('repository_id').where('registry_id', '=', registryId))
    .execute();
  return Number(removed.numDeletedRows) + moved.length;
}

export async function walkedSince(db: Kysely<Tables>, registryId: number, since: Date): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('repositories')
    .select('path')
    .where('registry_id', '=', registryId)
    .where('walked_at', '>=', since.getTime())
    .execute();
  return new Set(rows.map(({ path }) => path));
}

export async function recordWalked(
  db: Kysely<Tables>,
  registryId: number,
  repository: string,
  at: Date,
): Promise<void> {
  await db
    .updateTable('repositories')
    .set({ walked_at: at.getTime() })
    .where('registry_id', '=', registryId)
    .where('path', '=', repository)
    .execute();
}
