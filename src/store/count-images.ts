import { expressionBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import { conditionColumns, imageCondition, type Reach, searches } from './image-conditions.ts';
import { imageCounters } from './image-counters.ts';
import type { ImageCondition } from './image-query.ts';
import type { Tables } from './tables.ts';

export interface ImageCount {
  /** Rows that meet the conditions. */
  readonly total: number;
  /** Rows there are. */
  readonly all: number;
  /** How conditions on repositories are best asked. */
  readonly reach: Reach;
}

/** The smallest of the counters, which tells how many rows there are. */
const EVERYTHING = sql.table('os_counts');

/** Of so few repositories a total is added up sooner than names are looked through. */
const FEW_REPOSITORIES = 500;

/** Exact, from a counter where one has all that the conditions ask about; otherwise by counting rows. */
export async function countImages(db: Kysely<Tables>, conditions: readonly ImageCondition[]): Promise<ImageCount> {
  const reach = (await areFew(db, conditions)) ? 'searched' : 'all';
  const counter = counterOf(conditions, reach);
  // A counter's columns are called as those of `images`, so the conditions read the same over either.
  const from = counter
    ? sql`select sum(amount) as matching from ${sql.table(counter.table)} as images`
    : sql`select count(*) as matching from images`;
  const { rows } = await sql<{ readonly matching: number | null; readonly everything: number | null }>`
    select counted.matching, (select sum(amount) from ${EVERYTHING}) as everything
    from (${from} where ${allOf(conditions, counter?.reach ?? reach)}) as counted`.execute(db);
  const [row] = rows;
  return { total: Number(row?.matching ?? 0), all: Number(row?.everything ?? 0), reach };
}

/** Whether parts of names lead to few repositories. */
async function areFew(db: Kysely<Tables>, conditions: readonly ImageCondition[]): Promise<boolean> {
  const [search] = searches(conditions);
  if (!search) return false;
  const { rows } = await sql<{ n: number }>`select count(*) as n
    from (select 1 as one from (${search}) as found limit ${FEW_REPOSITORIES + 1}) as chosen`.execute(db);
  return Number(rows[0]?.n) <= FEW_REPOSITORIES;
}

/** The smallest that has all columns of the conditions; undefined where there is none. */
function counterOf(conditions: readonly ImageCondition[], reach: Reach) {
  const columns = conditions.flatMap(conditionColumns);
  const keeping = (wanted: readonly string[]) =>
    imageCounters.find((each) => wanted.every((column) => (each.columns as readonly string[]).includes(column)))?.table;
  const table = keeping(columns);
  if (table && (table !== 'name_counts' || reach !== 'searched')) return { table, reach: 'counter' as const };
  // Names and namespaces are those of repositories.
  const inner = columns.map((column) => (['namespace', 'name'].includes(column) ? 'repository_id' : column));
  const ofRepositories = keeping(inner);
  return ofRepositories && { table: ofRepositories, reach };
}

/** The conditions as one, over whatever the statement calls `images`. */
export function allOf(conditions: readonly ImageCondition[], reach?: Reach): RawBuilder<unknown> {
  const eb = expressionBuilder<Tables, 'images'>();
  return sql`${eb.and(conditions.map((condition) => imageCondition(eb, condition, reach)))}`;
}
