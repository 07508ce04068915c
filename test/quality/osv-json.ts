import { text } from 'node:stream/consumers';
import yauzl from 'yauzl';

/** OSV records as they are published, read without anything of ours. */
export interface OsvJson {
  readonly id: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly related?: readonly string[];
  readonly affected?: readonly OsvAffectedJson[];
}

export interface OsvAffectedJson {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly versions?: readonly string[];
  readonly ranges?: readonly { readonly type: string; readonly events: readonly Readonly<Record<string, string>>[] }[];
}

export async function readOsvJson(zipPath: string): Promise<readonly OsvJson[]> {
  const zip = await yauzl.openPromise(zipPath);
  const records: OsvJson[] = [];
  for await (const entry of zip.eachEntry()) {
    const record: OsvJson = JSON.parse(await text(await zip.openReadStreamPromise(entry)));
    if (!record.withdrawn) records.push(record);
  }
  return records;
}

/** Negative, zero, positive. */
export type Compare = (a: string, b: string) => number;

/**
 * Whether OSV's words affect a version, by intervals: published events come in order, so each `introduced` lasts until
 * the next event. Deliberately another way than src/matching/affects.ts goes.
 */
export function isAffected(version: string, { versions, ranges }: OsvAffectedJson, compare: Compare): boolean {
  if (versions?.includes(version)) return true;
  return (ranges ?? []).some(({ type, events }) => type !== 'GIT' && isWithin(version, events, compare));
}

function isWithin(version: string, events: readonly Readonly<Record<string, string>>[], compare: Compare): boolean {
  for (const [at, { introduced }] of events.entries()) {
    if (introduced === undefined || (introduced !== '0' && compare(version, introduced) < 0)) continue;
    const { fixed, last_affected: last } = events[at + 1] ?? {};
    if (fixed !== undefined && (fixed === '0' || compare(version, fixed) >= 0)) continue;
    if (last !== undefined && compare(version, last) > 0) continue;
    return true;
  }
  return false;
}

/** Every version that a record's own words about a package name. */
export function namedVersions({ versions = [], ranges = [] }: OsvAffectedJson): readonly string[] {
  const events = ranges.filter(({ type }) => type !== 'GIT').flatMap((range) => range.events);
  return [...events.flatMap((event) => Object.values(event)).filter((version) => version !== '0'), ...versions];
}
