import type { ToldLimit } from '../../model/registry-budget.ts';
import { parseRetryAfter } from './parse-retry-after.ts';

const MAX_LENGTH = 500;
const MAX_ITEMS = 10;
const WHOLE_NUMBER = /^\d{1,15}$/;
const MAX_WINDOW_SECONDS = 366 * 86_400;

/** One limit of several that a registry may name. */
interface Item {
  readonly amount?: number;
  readonly parameters: ReadonlyMap<string, number>;
}

/**
 * What an answer says about the registry's rate limit; undefined when it says nothing that can be used. Understood are Docker
 * Hub's `ratelimit-remaining: 76;w=21600`, `RateLimit-Remaining` and `X-RateLimit-Remaining` with their Limit and Reset, and
 * `RateLimit: "default";r=50;t=30` with `RateLimit-Policy`
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/). Of several limits the one with the least left counts.
 */
export function parseRateLimit(header: (name: string) => string | undefined, now: number): ToldLimit | undefined {
  return parseCombined(header, now) ?? parseSeparate(header, 'ratelimit', now) ?? parseXRateLimit(header, now);
}

function parseXRateLimit(header: (name: string) => string | undefined, now: number): ToldLimit | undefined {
  return parseSeparate(header, 'x-ratelimit', now) ?? parseSeparate(header, 'x-rate-limit', now);
}

function parseSeparate(
  header: (name: string) => string | undefined,
  prefix: string,
  now: number,
): ToldLimit | undefined {
  const left = leastOf(parseItems(header(`${prefix}-remaining`)));
  if (left?.amount === undefined) return undefined;
  const limits = parseItems(header(`${prefix}-limit`));
  const limit = limits.find(({ parameters }) => parameters.get('w') === left.parameters.get('w')) ?? limits[0];
  return toTold(
    left.amount,
    limit?.amount,
    left.parameters.get('w') ?? limit?.parameters.get('w') ?? limits[1]?.parameters.get('w'),
    resetOf(header(`${prefix}-reset`), now),
  );
}

/** `limit=100, remaining=50, reset=5` of the older drafts, `"default";r=50;t=30` of the newer ones. */
function parseCombined(header: (name: string) => string | undefined, now: number): ToldLimit | undefined {
  const text = header('ratelimit');
  const items = parseItems(text);
  const flat = new Map(items.flatMap(({ parameters }) => [...parameters]));
  const old = flat.get('remaining');
  if (old !== undefined) return toTold(old, flat.get('limit'), undefined, afterSeconds(flat.get('reset'), now));
  const least = items
    .filter(({ parameters }) => parameters.has('r'))
    .toSorted((a, b) => (a.parameters.get('r') ?? 0) - (b.parameters.get('r') ?? 0))[0];
  const remaining = least?.parameters.get('r');
  if (least === undefined || remaining === undefined) return undefined;
  const policy = parseItems(header('ratelimit-policy'))[items.indexOf(least)]?.parameters;
  return toTold(remaining, policy?.get('q'), policy?.get('w'), afterSeconds(least.parameters.get('t'), now));
}

const leastOf = (items: readonly Item[]): Item | undefined =>
  items.filter(({ amount }) => amount !== undefined).toSorted((a, b) => (a.amount ?? 0) - (b.amount ?? 0))[0];

/** Comma-separated items of `amount;name=value;name=value`. */
function parseItems(text: string | undefined): readonly Item[] {
  if (text === undefined || text.length > MAX_LENGTH) return [];
  return text.split(',', MAX_ITEMS).map((item) => {
    const parts = item.split(';', MAX_ITEMS).map((part) => part.trim().toLowerCase());
    const amount = wholeNumber(parts[0]);
    const parameters = new Map(
      parts.flatMap((part) => {
        const [name = '', value] = part.split('=', 2);
        const number = wholeNumber(value);
        return number === undefined ? [] : [[name, number] as const];
      }),
    );
    return { parameters, ...(amount === undefined ? {} : { amount }) };
  });
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined;

const afterSeconds = (seconds: number | undefined, now: number): Date | undefined =>
  seconds === undefined || seconds > MAX_WINDOW_SECONDS ? undefined : new Date(now + seconds * 1_000);

/** Seconds from now, or unix time, as with Retry-After. */
function resetOf(text: string | undefined, now: number): Date | undefined {
  const wait = parseRetryAfter(text ?? '', now);
  return wait === undefined ? undefined : afterSeconds(wait / 1_000, now);
}

function toTold(
  remaining: number,
  limit: number | undefined,
  windowSeconds: number | undefined,
  resetsAt: Date | undefined,
): ToldLimit {
  return {
    remaining,
    ...(limit === undefined ? {} : { limit }),
    ...(windowSeconds === undefined || windowSeconds > MAX_WINDOW_SECONDS ? {} : { windowMs: windowSeconds * 1_000 }),
    ...(resetsAt ? { resetsAt } : {}),
  };
}
