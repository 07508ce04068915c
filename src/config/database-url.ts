import { join } from 'node:path';
import type { Config } from './load-config.ts';

/** PLIMSOLL_DATABASE_URL, else the SQLite file in the data folder, as the store wants it. */
export function databaseUrl(config: Pick<Config, 'databaseUrl' | 'dataDir'>): string {
  return config.databaseUrl ?? `file:${join(config.dataDir, 'plimsoll.db')}`;
}
