import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, type Transaction } from 'kysely';
import { AppError } from '../model/app-error.ts';
import type { ConnectionFigures, CountedDialect } from './connection-figures.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Engine = 'sqlite' | 'postgres';

/** The two ways to the same data: on SQLite one writer and several readers, on PostgreSQL two pools. What is read has to be read in time. */
export interface Database {
  readonly engine: Engine;
  readonly read: Kysely<Tables>;
  readonly write: Kysely<Tables>;
  /**
   * Runs `work` in one transaction, and again from its start when PostgreSQL has ended it to resolve a deadlock; `work`
   * must change nothing but the database.
   */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Those of this process now. */
  connections(): Readonly<Record<'read' | 'write', ConnectionFigures>>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Of one query that reads. */
  readonly querySeconds?: number;
  /** On PostgreSQL: how the connections are called. */
  readonly applicationName?: string;
}

const DEFAULT_QUERY_SECONDS = 30;
const SQLITE_READERS = 2;
const POSTGRES_READERS = 6;
const POSTGRES_WRITERS = 6;

/** `url`: `postgres://…`, `postgresql://…`, or `file:/path/to/plimsoll.db`. Opens lazily: the first query connects. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { querySeconds = DEFAULT_QUERY_SECONDS, applicationName = 'plimsoll' } = options;
  if (url.startsWith('postgres://') || url.startsWith('postgresql://')) {
    return assemble(
      'postgres',
      postgresDialect(url, { connections: POSTGRES_READERS, querySeconds, applicationName }),
      postgresDialect(url, { connections: POSTGRES_WRITERS, applicationName }),
    );
  }
  if (!url.startsWith('file:')) {
    const scheme = url.split(':')[0];
    throw new AppError('internal-error', `unknown database "${scheme}:": give postgres://… or file:/path`);
  }
  const path = url.slice('file:'.length);
  return assemble(
    'sqlite',
    sqliteDialect({ path, readOnly: true, connections: SQLITE_READERS, querySeconds }),
    sqliteDialect({ path, readOnly: false, connections: 1 }),
  );
}

function assemble(engine: Engine, reading: CountedDialect, writing: CountedDialect): Database {
  const read = new Kysely<Tables>({ dialect: reading });
  const write = new Kysely<Tables>({ dialect: writing });
  return {
    engine,
    read,
    write,
    transaction: transactionsOf(write),
    connections: () => ({ read: reading.figures(), write: writing.figures() }),
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
