import { openDatabase } from './database.ts';
import { DatabaseUnavailable } from './database-unavailable.ts';
import { pendingMigrations } from './migrate.ts';

export interface DatabaseState {
  /** Migrations that the next start of a server makes; empty: it is up to date. */
  readonly pending: readonly string[];
}

/**
 * Asks a database whether it is there and up to date, and changes nothing. `url` as in `openDatabase`; an SQLite file must exist.
 * @throws DatabaseUnavailable
 */
export async function inspectDatabase(url: string): Promise<DatabaseState> {
  const database = openDatabase(url);
  try {
    return { pending: await pendingMigrations(database) };
  } catch (error) {
    throw new DatabaseUnavailable(url, error);
  } finally {
    await database.close();
  }
}
