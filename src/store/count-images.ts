import { expressionBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import { conditionColumns, imageCondition, type Reach } from './image-conditions.ts';
import { type ImageCounter, imageCounters } from './image-counters.ts';
import type { ImageCondition } from './image-query.ts';
import type { Tables } from './tables.ts';

export interface ImageCount {
  /** Rows that meet the conditions. */
  readonly total: number;
  /** Rows there are. */
  readonly all: number;
}

/** The smallest of the counters, which tells how many rows there are. */
const EVERYTHING = sql.table('os_counts');

/** Exact, from a counter where one has all that the conditions ask about; otherwise by counting rows. */
export async function countImages(db: Kysely<Tables>, conditions: readonly ImageCondition[]): Promise<ImageCount> {
  const counter = counterOf(conditions);
  // A counter's columns are called as those of `images`, so the conditions read the same over either.
  const from = counter
    ? sql`select sum(amount) as matching from ${sql.table(counter.table)} as images`
    : sql`select count(*) as matching from images`;
  const { rows } = await sql<{ readonly matching: number | null; readonly everything: number | null }>`
    select counted.matching, (select sum(amount) from ${EVERYTHING}) as everything
    from (${from} where ${allOf(conditions, counter?.reach)}) as counted`.execute(db);
  const [row] = rows;
  return { total: Number(row?.matching ?? 0), all: Number(row?.everything ?? 0) };
}

/** The smallest that has all columns of the conditions; undefined where there is none. */
function counterOf(conditions: readonly ImageCondition[]): { table: ImageCounter['table']; reach: Reach } | undefined {
  const columns = conditions.flatMap(conditionColumns);
  const keeping = (wanted: readonly string[]) =>
    imageCounters.find((each) => wanted.every((column) => (each.columns as readonly string[]).includes(column)))?.table;
  const table = keeping(columns);
  if (table) return { table, reach: 'counter' };
  // A namespace is one of repositories, too.
  const ofRepositories = keeping(columns.map((column) => (column === 'namespace' ? 'repository_id' : column)));
  return ofRepositories && { table: ofRepositories, reach: 'all' };
}

/** The conditions as one, over whatever the statement calls `images`. */
export function allOf(conditions: readonly ImageCondition[], reach?: Reach): RawBuilder<unknown> {
  const eb = expressionBuilder<Tables, 'images'>();
  return sql`${eb.and(conditions.map((condition) => imageCondition(eb, condition, reach)))}`;
}
