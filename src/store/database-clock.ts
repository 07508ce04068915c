import { sql } from 'kysely';
import type { Database } from './database.ts';

/** Time that jumps of this machine's clock do not touch. */
export interface DatabaseClock {
  now(): Date;
  /** How far this machine's clock is ahead of the database's, in milliseconds; undefined until the database has been asked. */
  aheadMs(): number | undefined;
  /** Asks the database, and then again and again; a database that does not answer now is asked later. */
  follow(database: Pick<Database, 'read'>): Promise<void>;
  stop(): void;
}

const EVERY_MS = 5_000;
/** An answer that was so long under way says too little. */
const LONGEST_MS = 2_000;

/**
 * The clock of PostgreSQL, by which all processes on it judge leases, waits and ages: machines disagree, and their clocks are set.
 * Between two looks it goes on by what this machine knows of time that passes. This machine's own until `follow`.
 */
export function createDatabaseClock(machine: () => number = Date.now): DatabaseClock {
  let behind: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (database: Pick<Database, 'read'>) => {
    try {
      const asked = performance.now();
      const at = await readTime(database);
      const answered = performance.now();
      if (behind === undefined || answered - asked < LONGEST_MS) behind = at - (asked + answered) / 2;
    } catch {
      // What needs the database meanwhile says so.
    }
    if (stopped) return;
    timer = setTimeout(() => void look(database), EVERY_MS);
    timer.unref();
  };
  return {
    now: () => new Date(behind === undefined ? machine() : behind + performance.now()),
    aheadMs: () => (behind === undefined ? undefined : machine() - (behind + performance.now())),
    follow: look,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function readTime({ read }: Pick<Database, 'read'>): Promise<number> {
  const { rows } = await sql<{
    at: number;
  }>`select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as at`.execute(read);
  const [row] = rows;
  if (!row) throw new Error('a select without a table returns a row');
  return row.at;
}
