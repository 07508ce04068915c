import { sql, type Transaction } from 'kysely';
import type { Engine } from './database.ts';
import type { Tables } from './tables.ts';

/** Any number that no other lock of ours has. */
const LOCK = 5_019_001;

/**
 * Tasks are made one after the other, and not while a registry is being removed: two at once would both find an image
 * idle. SQLite's one writer gives the same.
 */
export async function lockTaskCreation(trx: Transaction<Tables>, engine: Engine): Promise<void> {
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
}
