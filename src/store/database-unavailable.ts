/** The database could not be opened or brought up to date; `cause` is what the driver said. */
export class DatabaseUnavailable extends Error {
  constructor(url: string, cause: unknown) {
    // A name with several addresses fails with one error for each, and no message of its own.
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
    const reason = first instanceof Error ? first.message || first.name : String(first);
    super(`The database ${placeOf(url)} cannot be opened: ${reason.replace(/\.$/, '')}.`, { cause });
    this.name = 'DatabaseUnavailable';
  }
}

/** The file, or host and name; never the password. */
function placeOf(url: string): string {
  if (url.startsWith('file:')) return url.slice('file:'.length);
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
