/** A question took longer than may be, and was stopped; nothing has been changed. */
export class QueryTooSlow extends Error {
  constructor(seconds: number, message = `a query of the database took more than ${seconds} s and was stopped`) {
    super(`${message} (PLIMSOLL_QUERY_SECONDS)`);
    this.name = 'QueryTooSlow';
  }
}

/** query_canceled: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CANCELED = '57014';

/** Ours for SQLite, PostgreSQL's own for its statement_timeout. */
export function isQueryTooSlow(error: unknown): boolean {
  return error instanceof QueryTooSlow || (error instanceof Error && 'code' in error && error.code === CANCELED);
}
