/** connection_exception, insufficient_resources, operator_intervention: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TROUBLE = /^(?:08|53|57P)/;
/** What another process, or the disk, is to blame for. */
const SQLITE = /^SQLITE_(?:BUSY|FULL|IOERR)$/;
const NETWORK = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_)/;
/** What `pg` says without a code. */
const SAID = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

/** The database cannot be asked now: nothing is wrong with the question, and it should be asked again. */
export function isDatabaseTrouble(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === 'AppError') return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return TROUBLE.test(code) || SQLITE.test(code) || NETWORK.test(code) || SAID.test(error.message);
}
