import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Image } from '../model/image.ts';
import { imageCondition } from './image-conditions.ts';
import type { ImageCondition, ImageQuery, ImageSortKey } from './image-query.ts';
import { type ImageRow, toImage } from './image-rows.ts';
import type { Listed } from './store.ts';
import type { Tables } from './tables.ts';

type ImagesQuery = SelectQueryBuilder<Tables, 'images', object>;

const sortColumns = {
  id: 'images.id',
  createdAt: 'images.created_at',
  scannedAt: 'images.scanned_at',
  size: 'images.size',
  vulnerabilities: 'images.vulnerabilities',
  critical: 'images.critical',
  high: 'images.high',
  malwareFiles: 'images.malware_files',
  secrets: 'images.secrets',
  risks: 'images.risks',
  packages: 'images.packages',
  containers: 'images.containers',
} as const satisfies Record<ImageSortKey, string>;

/** The list: ids of the page from an index first, then their rows. */
export async function listImages(db: Kysely<Tables>, query: ImageQuery): Promise<Listed<Image>> {
  const conditions = withSwitches(query);
  const total = await countImages(db, conditions);
  if (query.limit === 0 || query.offset >= total) return { rows: [], total };
  const ids = await pageIds(db, query, conditions, total);
  return { rows: await imagesById(db, ids), total };
}

/** The ids of the rows that the list would page through. */
export async function listImageIds(db: Kysely<Tables>, query: ImageQuery): Promise<readonly number[]> {
  const { sort, offset, limit } = query;
  const rows = await ordered(filtered(db, withSwitches(query)), sort.key, sort.direction)
    .select('images.id')
    .offset(offset)
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
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

/** Unknown values sort below every known one; ties by id in the same direction. */
function ordered(query: ImagesQuery, key: ImageSortKey, direction: 'asc' | 'desc'): ImagesQuery {
  const column = sql.ref(sortColumns[key]);
  const order = direction === 'asc' ? sql`${column} asc nulls first` : sql`${column} desc nulls last`;
  return query.orderBy(order).orderBy('images.id', direction);
}

async function pageIds(
  db: Kysely<Tables>,
  query: ImageQuery,
  conditions: readonly ImageCondition[],
  total: number,
): Promise<number[]> {
  const limit = Math.min(query.limit, total - query.offset);
  // Past the middle it is shorter to walk the same order from its end.
  const reverse = query.offset > total / 2;
  const direction = reverse === (query.sort.direction === 'asc') ? 'desc' : 'asc';
  const rows = await ordered(filtered(db, conditions), query.sort.key, direction)
    .select('images.id')
    .offset(reverse ? total - query.offset - limit : query.offset)
    .limit(limit)
    .execute();
  const ids = rows.map((row) => row.id);
  return reverse ? ids.reverse() : ids;
}

/** Columns by which `image_counts` keeps the number of rows. */
const countedColumns = {
  registryId: 'registry_id',
  latest: 'latest',
  authorized: 'authorized',
  scanStatus: 'scan_status',
} as const;
type CountedField = keyof typeof countedColumns;

const isCounted = (
  condition: ImageCondition,
): condition is Extract<ImageCondition, { kind: 'value' }> & { readonly field: CountedField } =>
  condition.kind === 'value' && condition.field in countedColumns;

async function countImages(db: Kysely<Tables>, conditions: readonly ImageCondition[]): Promise<number> {
  if (!conditions.every(isCounted)) {
    const { total } = await filtered(db, conditions)
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  }
  let query = db.selectFrom('image_counts').select(({ fn }) => fn.sum<number | null>('amount').as('total'));
  for (const { field, values } of conditions) {
    query = query.where(
      countedColumns[field],
      'in',
      values.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as never[],
    );
  }
  return Number((await query.executeTakeFirstOrThrow()).total ?? 0);
}
