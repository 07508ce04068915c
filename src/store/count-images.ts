import { expressionBuilder, type Kysely, type RawBuilder, sql } from 'kysely';
import { conditionColumns, imageCondition, type Reach } from './image-conditions.ts';
import { imageCounters } from './image-counters.ts';
import type { ImageCondition } from './image-query.ts';
import type { Tables } from './tables.ts';

export interface ImageCount {
  /** Rows that meet the conditions. */
  readonly total: number;
  /** Rows there are. */
  readonly all: number;
}

/** Exact, from a counter where one has all that the conditions ask about; otherwise by counting rows. */
export async function countImages(db: Kysely<Tables>, conditions: readonly ImageCondition[]): Promise<ImageCount> {
  const columns: readonly string[] = conditions.flatMap(conditionColumns);
  const counter = imageCounters.find((each) =>
    columns.every((column) => (each.columns as readonly string[]).includes(column)),
  );
  // A counter's columns are called as those of `images`, so the conditions read the same over either.
  const from = counter
    ? sql`select sum(amount) as matching from ${sql.table(counter.table)} as images`
    : sql`select count(*) as matching from images`;
  const { rows } = await sql<{ readonly matching: number | null; readonly everything: number | null }>`
    select counted.matching, (select sum(amount) from image_counts) as everything
    from (${from} where ${allOf(conditions)}) as counted`.execute(db);
  const [row] = rows;
  return { total: Number(row?.matching ?? 0), all: Number(row?.everything ?? 0) };
}

/** The conditions as one, over whatever the statement calls `images`. */
export function allOf(conditions: readonly ImageCondition[], reach?: Reach): RawBuilder<unknown> {
  const eb = expressionBuilder<Tables, 'images'>();
  return sql`${eb.and(conditions.map((condition) => imageCondition(eb, condition, reach)))}`;
}
