import { type Kysely, type RawBuilder, sql } from 'kysely';
import { allOf } from './count-images.ts';
import { conditionColumns } from './image-conditions.ts';
import type { ImageQuery } from './image-query.ts';
import type { Tables } from './tables.ts';

/** Rows of the list's usual order that need not be walked over: how many, and a condition on the others. */
export interface SkippedDays {
  readonly rows: number;
  readonly rest: RawBuilder<unknown>;
}

interface Wanted {
  readonly direction: ImageQuery['sort']['direction'];
  readonly start: number;
  readonly limit: number;
}

interface Day {
  readonly day: number;
  /** Rows of the days before it, in the order asked for. */
  readonly before: number;
  /** Rows whose time is known. */
  readonly known: number;
}

const DAY_MS = 86_400_000;
/** So few rows are walked over sooner than the days are added up. */
const FEW = 2_000;
const UNKNOWN = -2;
const nothing: SkippedDays = { rows: 0, rest: sql`1 = 1` };
const counted: readonly string[] = ['latest'];

/** From the counter of the days of build: the day on which a far page begins. Nothing for other orders or conditions. */
export async function skipDays(
  db: Kysely<Tables>,
  { conditions, sort }: ImageQuery,
  { direction, start, limit }: Wanted,
  few = FEW,
): Promise<SkippedDays> {
  const isCounted = conditions.flatMap(conditionColumns).every((column) => counted.includes(column));
  if (sort.key !== 'createdAt' || start < few || !isCounted) return nothing;
  const order = direction === 'asc' ? sql`asc` : sql`desc`;
  const { rows } = await sql<Day>`select day, before, known from (
      select created_day as day, sum(amount) as amount,
        sum(sum(amount)) over (order by created_day ${order}) - sum(amount) as before,
        sum(sum(case when created_day <> ${sql.lit(UNKNOWN)} then amount else 0 end)) over () as known
      from created_counts as images where ${allOf(conditions)} group by created_day) as days
    where before <= ${start} and before + amount > ${start}`.execute(db);
  const [found] = rows;
  const rest = found && beginOf(found, direction, start + limit);
  return rest ? { rows: found.before, rest } : nothing;
}

/** Undefined where the page goes on from the known into the unknown or back, which no single condition holds. */
function beginOf({ day, known }: Day, direction: Wanted['direction'], end: number): RawBuilder<unknown> | undefined {
  const time = sql.ref('images.created_at');
  if (direction === 'asc') return day < 0 ? undefined : sql`${time} >= ${day * DAY_MS}`;
  if (day === UNKNOWN) return sql`${time} is null`;
  return end > known ? undefined : sql`${time} < ${(day + 1) * DAY_MS}`;
}
