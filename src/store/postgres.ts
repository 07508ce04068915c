import { PostgresDialect, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';
import type { CountedDialect } from './connection-figures.ts';
import { storableParameter } from './storable-text.ts';

const INT8_OID = 20;
const NUMERIC_OID = 1700;
/** A server that does not answer is an error, not a wait without end; so is a pool whose connections never come back. */
const CONNECT_MS = 30_000;
/** So soon a connection is asked whether the other side is still there; a machine that went away never says so. */
const KEEP_ALIVE_MS = 30_000;

export interface PostgresOptions {
  readonly connections: number;
  /** A query that takes longer ends as QueryTooSlow; absent: none does. */
  readonly querySeconds?: number;
  /** How the connections are called among those of the server. */
  readonly applicationName?: string;
}

/**
 * Kysely on PostgreSQL through `pg`. Our 64-bit integers are ids, bytes and milliseconds below 2^53, so they are read
 * as numbers; `sum()` of them arrives as numeric.
 */
export function postgresDialect(
  url: string,
  { connections, querySeconds, applicationName = 'plimsoll' }: PostgresOptions,
): CountedDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // Compiling a query takes longer than running any of ours: PostgreSQL does it by estimated cost.
    options: `-c jit=off${querySeconds === undefined ? '' : ` -c statement_timeout=${querySeconds}s`}`,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID || oid === NUMERIC_OID ? Number : pg.types.getTypeParser(oid, format),
    } as pg.CustomTypesConfig,
  });
  // A broken idle connection is replaced by the pool; without a listener the process would end.
  pool.on('error', () => {});
  // The same for one that breaks in somebody's hands, between two statements: the next statement tells.
  pool.on('connect', (client) => client.on('error', () => {}));
  return Object.assign(new StorableTextDialect({ pool }), {
    figures: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      abandoned: 0,
    }),
  });
}

class StorableTextDialect extends PostgresDialect {
  override createQueryCompiler(): PostgresQueryCompiler {
    return new StorableTextCompiler();
  }
}

class StorableTextCompiler extends PostgresQueryCompiler {
  protected override addParameter(parameter: unknown): void {
    super.addParameter(storableParameter(parameter));
  }
}
