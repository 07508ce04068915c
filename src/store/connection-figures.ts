import type { Dialect } from 'kysely';

/** How the connections of a pool fare now. */
export interface ConnectionFigures {
  readonly busy: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** SQLite: threads that are still at work on a query nobody waits for any more. */
  readonly abandoned: number;
}

/** A dialect that can tell of its connections. */
export interface CountedDialect extends Dialect {
  figures(): ConnectionFigures;
}
