import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Calls that have been taken from a count that all servers of the database share. */
export interface TakenCalls {
  /** Taken in this window by everybody, these included. */
  readonly points: number;
  readonly resetsAt: Date;
}

export interface RateLimitStore {
  /** Takes `points` from the window of this name, which begins with the first and lasts `windowMs`. */
  take(name: string, points: number, windowMs: number): Promise<TakenCalls>;
  /** Drops windows that are over. */
  forget(): Promise<void>;
}

export function createRateLimitStore({ write }: Database, now: () => Date): RateLimitStore {
  return {
    take: async (name, points, windowMs) => {
      const at = now().getTime();
      const { rows } = await sql<{ points: number; resets_at: number }>`
        insert into rate_limits (name, points, resets_at) values (${name}, ${points}, ${at + windowMs})
        on conflict (name) do update set
          points = case when rate_limits.resets_at <= ${at} then excluded.points else rate_limits.points + excluded.points end,
          resets_at = case when rate_limits.resets_at <= ${at} then excluded.resets_at else rate_limits.resets_at end
        returning points, resets_at`.execute(write);
      const [row] = rows;
      if (!row) throw new Error('an upsert returns its row');
      return { points: row.points, resetsAt: new Date(row.resets_at) };
    },
    forget: async () => {
      await write.deleteFrom('rate_limits').where('resets_at', '<', now().getTime()).execute();
    },
  };
}
