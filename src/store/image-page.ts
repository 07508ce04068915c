import { type Kysely, type RawBuilder, sql } from 'kysely';
import { allOf, type ImageCount } from './count-images.ts';
import type { ImageCondition, ImageQuery, ImageSortKey } from './image-query.ts';
import { skipDays } from './skip-days.ts';
import type { Tables } from './tables.ts';

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

type Direction = ImageQuery['sort']['direction'];

/** Unknown values sort below every known one; ties by id in the same direction. */
export const imageOrder = (key: ImageSortKey, direction: Direction) =>
  orderBy(key, sql.ref(sortColumns[key]), direction);

/** An id is never unknown, and its index says nothing of where that would be. */
const orderBy = (key: ImageSortKey, column: RawBuilder<unknown>, direction: Direction) =>
  key === 'id'
    ? sql`${column} ${sql.raw(direction)}`
    : direction === 'asc'
      ? sql`${column} asc nulls first, images.id asc`
      : sql`${column} desc nulls last, images.id desc`;

/** Ids of one page, which must not lie behind the last. */
export async function imagePage(db: Kysely<Tables>, query: ImageQuery, count: ImageCount): Promise<readonly number[]> {
  const { sort, offset } = query;
  const limit = Math.min(query.limit, count.total - offset);
  // Past the middle it is shorter to walk the same order from its end.
  const reverse = offset > count.total / 2;
  const start = reverse ? count.total - offset - limit : offset;
  const direction = reverse === (sort.direction === 'asc') ? 'desc' : 'asc';
  const skipped = await skipDays(db, query, { direction, start, limit });
  const { where, column } = shorterWay(query, start - skipped.rows + limit, count);
  const { rows } = await sql<{ readonly id: number }>`select images.id from images
    where ${where} and ${skipped.rest} order by ${orderBy(sort.key, column, direction)} limit ${limit} offset ${start - skipped.rows}`.execute(
    db,
  );
  const ids = rows.map((row) => row.id);
  return reverse ? ids.reverse() : ids;
}

/** One way is clearly shorter than the other when it reads half as many rows. */
const CLEARLY = 2;
/** A rare flag is set on one row of so many, at least. */
const RARE = 10;

/**
 * There are two ways to a page: along an index in the order of the sort key, past what does not match; or over all that
 * matches, to be sorted. Engines guess which is shorter, SQLite without regard to LIMIT and PostgreSQL without an idea
 * what a substring matches. The counts are known here, so what would lead an engine the long way is hidden from it.
 */
function shorterWay({ conditions, sort }: ImageQuery, wanted: number, { total, all, reach }: ImageCount) {
  const column = sql.ref(sortColumns[sort.key]);
  const rare = conditions.find(isRare);
  // Besides the sort key's own, an index has what meets this one in the list's usual order.
  const ordered = sort.key === 'createdAt' ? (rare ?? conditions.find(isInOrderOfCreation)) : undefined;
  const alongOrder = (wanted * all) / total / (ordered && ordered === rare ? RARE : 1);
  const overMatches = conditions.some(isIndexed) ? total : all;
  if (conditions.length <= 1 && ordered === conditions[0]) return { where: allOf(conditions), column };
  if (overMatches * CLEARLY < alongOrder)
    return { where: rare ? only(rare, conditions) : allOf(conditions, reach), column: sql`+${column}` };
  if (ordered || alongOrder * CLEARLY < overMatches) return { where: only(ordered, conditions), column };
  return { where: allOf(conditions, reach), column };
}

/** All conditions, of which the engine sees one, or none, when it looks for an index. */
function only(visible: ImageCondition | undefined, conditions: readonly ImageCondition[]): RawBuilder<unknown> {
  const hidden = sql`coalesce(${allOf(
    conditions.filter((each) => each !== visible),
    'each',
  )}, false)`;
  return visible ? sql`${allOf([visible])} and ${hidden}` : hidden;
}

const rareFlags: readonly string[] = ['latest', 'running', 'trusted', 'fixRecommended'];
const flags: readonly string[] = [...rareFlags, 'needsFix'];
const indexedCounts: readonly string[] = Object.keys(sortColumns);

const isSet = (condition: ImageCondition, fields: readonly string[]): boolean =>
  condition.kind === 'value' && fields.includes(condition.field) && condition.values.every((value) => value === true);
const isRare = (condition: ImageCondition): boolean => isSet(condition, rareFlags);

const isInOrderOfCreation = (condition: ImageCondition): boolean =>
  isSet(condition, flags) ||
  (condition.kind === 'value' &&
    ['scanStatus', 'registryId'].includes(condition.field) &&
    condition.values.length === 1);

function isIndexed(condition: ImageCondition): boolean {
  switch (condition.kind) {
    case 'text':
      return condition.match === 'equals'
        ? condition.field !== 'osName'
        : !['tag', 'digest', 'imageId', 'osName'].includes(condition.field);
    case 'value':
      return isSet(condition, flags) || ['id', 'registryId', 'scanStatus'].includes(condition.field);
    case 'any-of':
      return condition.fields.every((field) => indexedCounts.includes(field));
    case 'keywords':
      return false;
    case 'package':
    case 'vulnerability':
      return true;
  }
}
