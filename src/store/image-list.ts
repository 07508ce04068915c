import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Image } from '../model/image.ts';
import { countImages } from './count-images.ts';
import { imageCondition } from './image-conditions.ts';
import { imageOrder, imagePage } from './image-page.ts';
import type { ImageCondition, ImageQuery } from './image-query.ts';
import { type ImageRow, toImage } from './image-rows.ts';
import type { Listed } from './store.ts';
import type { Tables } from './tables.ts';

type ImagesQuery = SelectQueryBuilder<Tables, 'images', object>;

/** The list: ids of the page from an index first, then their rows. */
export async function listImages(db: Kysely<Tables>, query: ImageQuery): Promise<Listed<Image>> {
  const conditions = withSwitches(query);
  const count = await countImages(db, conditions);
  const { total } = count;
  if (query.limit === 0 || query.offset >= total) return { rows: [], total };
  const ids = await imagePage(db, { ...query, conditions }, count);
  return { rows: await imagesById(db, ids), total };
}

/**
 * The ids of the rows that the list would page through. They come as one text: a row for each would hold the event loop
 * for a second per 200,000.
 */
export async function listImageIds(db: Kysely<Tables>, query: ImageQuery): Promise<readonly number[]> {
  const { sort, offset, limit } = query;
  const chosen = filtered(db, withSwitches(query))
    .select('images.id')
    .orderBy(imageOrder(sort.key, sort.direction))
    .offset(offset)
    .limit(limit);
  const { ids } = await db
    .selectFrom(chosen.as('chosen'))
    .select(sql<string | null>`string_agg(cast(chosen.id as text), ',')`.as('ids'))
    .executeTakeFirstOrThrow();
  return ids === null ? [] : ids.split(',').map(Number);
}

/** Images in the order of the ids; ids without a row are left out. */
export async function imagesById(db: Kysely<Tables>, ids: readonly number[]): Promise<readonly Image[]> {
  if (ids.length === 0) return [];
  const rows = (await db
    .selectFrom('images')
    .innerJoin('registries', 'registries.id', 'images.registry_id')
    .innerJoin('repositories', 'repositories.id', 'images.repository_id')
    .selectAll('images')
    .select([
      'registries.name as registry_name',
      'registries.type as registry_type',
      'registries.region as registry_region',
      'registries.instance_id as registry_instance_id',
      'repositories.path as repository_path',
      'repositories.namespace as repository_namespace',
      'repositories.name as repository_name',
      'repositories.address as repository_address',
    ])
    .where('images.id', 'in', [...ids])
    .execute()) as ImageRow[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [toImage(row)] : [];
  });
}

function withSwitches({ conditions, latestOnly, runningOnly }: ImageQuery): readonly ImageCondition[] {
  return [
    ...conditions,
    ...(latestOnly ? [{ kind: 'value', field: 'latest', values: [true] } as const] : []),
    ...(runningOnly ? [{ kind: 'value', field: 'running', values: [true] } as const] : []),
  ];
}

function filtered(db: Kysely<Tables>, conditions: readonly ImageCondition[]): ImagesQuery {
  let query: ImagesQuery = db.selectFrom('images');
  for (const condition of conditions) query = query.where((eb) => imageCondition(eb, condition));
  return query;
}
