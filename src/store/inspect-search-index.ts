import { sql } from 'kysely';
import { openDatabase } from './database.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';

/** Of parts of repositories' names, on PostgreSQL: migration 0022 makes it where `pg_trgm` may be had, and tries only once. */
export interface SearchIndexState {
  readonly exists: boolean;
  /** Whether PostgreSQL has the extension to install. */
  readonly hasExtension: boolean;
}

/** What makes the index, in this order, each outside a transaction; a server may go on writing meanwhile. */
export const searchIndexStatements = [
  'create extension if not exists pg_trgm',
  'drop index if exists repositories_by_address',
  'create index concurrently repositories_by_address on repositories using gin (lower(address) gin_trgm_ops)',
] as const;

/**
 * Asks a database of PostgreSQL for the index, and changes nothing. One that was not made to its end does not count.
 * @throws DatabaseUnavailable
 */
export async function inspectSearchIndex(url: string): Promise<SearchIndexState> {
  const database = openDatabase(url);
  try {
    const { rows } = await sql<SearchIndexState>`select
      exists (select from pg_index where indexrelid = to_regclass('repositories_by_address') and indisvalid) as "exists",
      exists (select from pg_available_extensions where name = 'pg_trgm') as "hasExtension"`.execute(database.read);
    return rows[0] ?? { exists: false, hasExtension: false };
  } catch (error) {
    throw new DatabaseUnavailable(url, error);
  } finally {
    await database.close();
  }
}
