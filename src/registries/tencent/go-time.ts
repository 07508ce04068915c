/** Some are told without a zone, which is that of Beijing. */
const PLAIN_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/;
const GO_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) ([+-]\d\d)(\d\d)(?: [A-Z+-]|$)/;

/** What Go's `Time.String()` prints, `2026-01-02 15:04:05.999999999 +0800 CST`, as `Date` reads it; other texts stay as they are. */
export function readGoTime(text: string): string {
  const [, plainDay, plainTime] = PLAIN_TIME.exec(text) ?? [];
  if (plainDay !== undefined) return `${plainDay}T${plainTime}+08:00`;
  const [, day, time, hours, minutes] = GO_TIME.exec(text) ?? [];
  return day === undefined ? text : `${day}T${time?.slice(0, '15:04:05.999'.length)}${hours}:${minutes}`;
}
