/** The system (no space, quota spent), SQLite and PostgreSQL: https://sqlite.org/rescode.html#full, class 53 of PostgreSQL. */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', '53100'];
const SQLITE_FULL = 13;
const DEEPEST = 5;

/** Something could not be written because there is no room: the error itself says so, or what caused it. */
export function isDiskFull(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < DEEPEST && at instanceof Error; depth++) {
    if ('code' in at && CODES.includes(at.code)) return true;
    if ('errcode' in at && at.errcode === SQLITE_FULL) return true;
    at = at.cause;
  }
  return false;
}
