import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, type Transaction } from 'kysely';
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
  /**
   * Runs `work` in one transaction, and again from its start when PostgreSQL has ended it to resolve a deadlock; `work`
   * must change nothing but the database.
   */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const SQLITE_READERS = 2;
const POSTGRES_CONNECTIONS = 12;

/** `url`: `postgres://…`, `postgresql://…`, or `file:/path/to/plimsoll.db`. Opens lazily: the first query connects. */
export function openDatabase(url: string): Database {
  if (url.startsWith('postgres://') || url.startsWith('postgresql://')) {
    const db = new Kysely<Tables>({ dialect: postgresDialect(url, POSTGRES_CONNECTIONS) });
    return { engine: 'postgres', read: db, write: db, transaction: transactionsOf(db), close: () => db.destroy() };
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
    transaction: transactionsOf(write),
    close: async () => {
      await read.destroy();
      await write.destroy();
    },
  };
}

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 10;
/** deadlock_detected, serialization_failure: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const worthRepeating = new Set(['40P01', '40001']);

const transactionsOf =
  (db: Kysely<Tables>): Database['transaction'] =>
  async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (attempt === ATTEMPTS || !worthRepeating.has(code)) throw error;
        await sleep(FIRST_WAIT_MS * 2 ** attempt);
      }
    }
  };
