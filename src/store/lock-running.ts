import { sql, type Transaction } from 'kysely';
import type { Engine } from './database.ts';
import type { Tables } from './tables.ts';

/** Any number that no other lock of ours has. */
const LOCK = 5_019_017;

/**
 * What runs changes in one transaction at a time, and not while a sync adds rows: neither would see what the other writes.
 * SQLite's one writer gives the same.
 */
export async function lockRunning(trx: Transaction<Tables>, engine: Engine, mode: 'share' | 'change'): Promise<void> {
  if (engine !== 'postgres') return;
  const lock = mode === 'share' ? sql`pg_advisory_xact_lock_shared` : sql`pg_advisory_xact_lock`;
  await sql`select ${lock}(${sql.lit(LOCK)})`.execute(trx);
}
