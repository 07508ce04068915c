import { sql } from 'kysely';
import type { Database } from './database.ts';

/** What a window holds that all servers of the database share. */
export interface TakenCalls {
  /** Taken in this window by everybody, these included. */
  readonly points: number;
  readonly resetsInMs: number;
}

export interface RateLimitStore {
  /** Takes `points` from the window of this name, which begins with the first and lasts `windowMs`. */
  take(name: string, points: number, windowMs: number): Promise<TakenCalls>;
  /** Drops windows that are over. */
  forget(): Promise<void>;
}

export function createRateLimitStore({ engine, write }: Database, now: () => Date): RateLimitStore {
  // Servers whose clocks differ still agree on when a window ends.
  const time = () =>
    engine === 'postgres'
      ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
      : sql<number>`${now().getTime()}`;
  return {
    take: async (name, points, windowMs) => {
      const at = time();
      // One that ends later than a window from now began when the clock was ahead.
      const over = sql`(rate_limits.resets_at <= ${at} or rate_limits.resets_at > ${at} + ${windowMs})`;
      const { rows } = await sql<{ points: number; resets_in: number }>`
        insert into rate_limits (name, points, resets_at) values (${name}, ${points}, ${at} + ${windowMs})
        on conflict (name) do update set
          points = case when ${over} then 0 else rate_limits.points end + excluded.points,
          resets_at = case when ${over} then excluded.resets_at else rate_limits.resets_at end
        returning points, resets_at - ${at} as resets_in`.execute(write);
      const [row] = rows;
      if (!row) throw new Error('an upsert returns its row');
      return { points: row.points, resetsInMs: row.resets_in };
    },
    forget: async () => {
      await sql`delete from rate_limits where resets_at < ${time()}`.execute(write);
    },
  };
}
