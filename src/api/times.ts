// The two spellings of a time on the wire. All of them are UTC: the documentation shows +08:00 for the service in China.

/** `2026-11-25T03:04:05+00:00` (RFC 3339 with a numeric offset, as ImageCreateTime is documented); '' for no time. */
export function rfc3339(time: Date | undefined): string {
  return isWritable(time) ? `${time.toISOString().slice(0, 19)}+00:00` : '';
}

/** `2026-11-25 03:04:05`, as SubmitTime and LatestSyncTime are documented; '' for no time. */
export function dateTime(time: Date | undefined): string {
  return isWritable(time) ? time.toISOString().slice(0, 19).replace('T', ' ') : '';
}

const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Images and advisories say what they like: a year of four digits is all that either spelling can hold. */
function isWritable(time: Date | undefined): time is Date {
  return time !== undefined && time.getTime() >= FIRST && time.getTime() <= LAST;
}

/** What the API says for an image whose config names no build time. */
export const UNKNOWN_CREATE_TIME = '1900-01-01T00:00:00+00:00';
