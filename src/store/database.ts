import { Kysely } from 'kysely';
import { AppError } from '../model/app-error.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Engine = 'sqlite' | 'postgres';

/** The two ways to the same data: on SQLite one writer and several readers, on PostgreSQL one pool. */
export interface Database {
  readonly engine: Engine;
  readonly read: Kysely<Tables>;
  readonly write: Kysely<Tables>;
  close(): Promise<void>;
}

const SQLITE_READERS = 2;
const POSTGRES_CONNECTIONS = 12;

/** `url`: `postgres://…`, `postgresql://…`, or `file:/path/to/plimsoll.db`. Opens lazily: the first query connects. */
export function openDatabase(url: string): Database {
  if (url.startsWith('postgres://') || url.startsWith('postgresql://')) {
    const db = new Kysely<Tables>({ dialect: postgresDialect(url, POSTGRES_CONNECTIONS) });
    return { engine: 'postgres', read: db, write: db, close: () => db.destroy() };
  }
  if (!url.startsWith('file:')) {
    const scheme = url.split(':')[0];
    throw new AppError('internal-error', `unknown database "${scheme}:": give postgres://… or file:/path`);
  }
  const path = url.slice('file:'.length);
  const write = new Kysely<Tables>({ dialect: sqliteDialect({ path, readOnly: false, connections: 1 }) });
  const read = new Kysely<Tables>({ dialect: sqliteDialect({ path, readOnly: true, connections: SQLITE_READERS }) });
  return {
    engine: 'sqlite',
    read,
    write,
    close: async () => {
      await read.destroy();
      await write.destroy();
    },
  };
}
