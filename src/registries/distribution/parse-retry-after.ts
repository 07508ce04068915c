const NUMBER = /^(-?\d{1,15})(\.\d{0,20})?$/;
const GO_DURATION = /^(?:\d{1,15}(?:\.\d{0,20})?(?:ns|us|µs|μs|ms|s|m|h)){1,8}$/;
const GO_PART = /(\d{1,15}(?:\.\d{0,20})?)(ns|us|µs|μs|ms|s|m|h)/g;
// IMF-fixdate, RFC 850 and asctime of RFC 9110 section 5.6.7, and ISO 8601.
const DATE = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? .{10,40}|\d{4}-\d\d-\d\dT.{5,30})$/;
const ZONE = /(?:GMT|UTC|Z|[+-]\d\d:?\d\d)$/;
const LATIN1_MICRO = /Â(?=µ)/g;
const LATIN1_MU = /Î¼/g;

const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

// A number of seconds that large is a moment, not a wait: 2001-09-09 as unix time; beyond 10^12 it is milliseconds.
const UNIX_SECONDS = 1e9;
const UNIX_MILLISECONDS = 1e12;

/**
 * How long to wait, in milliseconds from now, never negative; undefined when the text is none of the spellings in
 * use: whole and decimal seconds, HTTP and ISO dates, unix time (Docker Hub), Go durations such as `35.852µs` (GHCR).
 */
export function parseRetryAfter(text: string, now: number): number | undefined {
  // HTTP headers are read as Latin-1, which turns the two bytes of the micro sign µ into Âµ, of the Greek μ into Î¼.
  const trimmed = text.trim().replace(LATIN1_MICRO, '').replace(LATIN1_MU, 'μ');
  if (trimmed === '') return undefined;
  if (NUMBER.test(trimmed)) return fromNumber(Number(trimmed), now);
  if (GO_DURATION.test(trimmed)) return fromGoDuration(trimmed);
  if (!DATE.test(trimmed)) return undefined;
  const time = Date.parse(ZONE.test(trimmed) ? trimmed : `${trimmed} GMT`);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

function fromNumber(value: number, now: number): number {
  if (value >= UNIX_MILLISECONDS) return Math.max(0, value - now);
  if (value >= UNIX_SECONDS) return Math.max(0, value * 1_000 - now);
  return Math.max(0, value * 1_000);
}

/** https://pkg.go.dev/time#ParseDuration */
function fromGoDuration(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(GO_PART)) total += Number(amount) * (unitMilliseconds[unit ?? ''] ?? 0);
  return total;
}
