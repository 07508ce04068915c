/** Primary result codes by name, those that are trouble of the machine: https://sqlite.org/rescode.html */
const names: Readonly<Record<number, string>> = { 5: 'SQLITE_BUSY', 10: 'SQLITE_IOERR', 13: 'SQLITE_FULL' };
const PRIMARY = 0xff;

/** Node names every error of SQLite alike: the number tells them apart. undefined for what is no trouble of the machine. */
export function sqliteCodeOf(errcode: number | undefined): string | undefined {
  return errcode === undefined ? undefined : names[errcode & PRIMARY];
}
