import type { Advisory, VersionEvent, VersionRange } from '../model/advisory.ts';
import { InvalidVersion, type VersionScheme } from '../versions/version-scheme.ts';
import { sameNumbers } from './same-numbers.ts';

export type Verdict =
  /** `fixedVersion` is the lowest one above the version that the same advisory no longer affects. */
  | { readonly status: 'affected'; readonly fixedVersion?: string }
  | { readonly status: 'not-affected' }
  /** Some version could not be read, and nothing readable says affected: never to be taken for safe. */
  | { readonly status: 'undecided'; readonly reason: string };

/** Whether an advisory affects a version: the evaluation of https://ossf.github.io/osv-schema/#evaluation */
export function affects(
  version: string,
  advisory: Pick<Advisory, 'ranges' | 'versions'>,
  scheme: VersionScheme,
): Verdict {
  const inside = isAffected(version, advisory, scheme);
  if (inside instanceof InvalidVersion) return { status: 'undecided', reason: inside.message };
  if (!inside) return { status: 'not-affected' };
  const fixedVersion = findFix(version, advisory, scheme);
  return { status: 'affected', ...(fixedVersion === undefined ? {} : { fixedVersion }) };
}

const LOWEST = '0'; // before every version, in every scheme; as a fix it says "never affected"

/** The error instead of an answer when a version that matters cannot be read. */
function isAffected(
  version: string,
  { ranges, versions }: Pick<Advisory, 'ranges' | 'versions'>,
  scheme: VersionScheme,
): boolean | InvalidVersion {
  if (versions.includes(version)) return true;
  let undecided: InvalidVersion | undefined;
  for (const range of ranges) {
    const inside = orInvalid(() => isInRange(version, range, scheme));
    if (inside === true) return true;
    if (inside instanceof InvalidVersion) undecided = inside;
  }
  // 1.0 and 1.0.0 are one version where the scheme says so. A listed version that cannot be read equals none that can.
  for (const listed of versions) {
    if (sameNumbers(listed, version, scheme) && orInvalid(() => scheme.compare(version, listed) === 0) === true)
      return true;
  }
  if (ranges.length === 0 && versions.length > 0) undecided = readabilityOf(version, scheme);
  return undecided ?? false;
}

/**
 * The last event at or before the version decides; of two at one version, the later in the list. But where one branch
 * begins and another, listed after it, ends, the version is in the first.
 */
function isInRange(version: string, { events }: VersionRange, scheme: VersionScheme): boolean {
  let last: { readonly at: string; readonly index: number } | undefined;
  let inside = false;
  for (const [index, event] of events.entries()) {
    const at = versionOf(event);
    if (!isReached(version, event, scheme)) continue;
    const order = last === undefined ? 1 : compareEvents(at, last.at, scheme);
    const begins = 'introduced' in event;
    const endsAnother = order === 0 && inside && !begins && last?.index !== index - 1;
    if (order < 0 || endsAnother) continue;
    last = { at, index };
    inside = begins;
  }
  return inside;
}

function isReached(version: string, event: VersionEvent, scheme: VersionScheme): boolean {
  if ('lastAffected' in event) return scheme.compare(version, event.lastAffected) > 0;
  const at = versionOf(event);
  return at === LOWEST || scheme.compare(version, at) >= 0;
}

function compareEvents(a: string, b: string, scheme: VersionScheme): number {
  if (a === LOWEST || b === LOWEST) return Number(b === LOWEST) - Number(a === LOWEST);
  return scheme.compare(a, b);
}

function findFix(
  version: string,
  advisory: Pick<Advisory, 'ranges' | 'versions'>,
  scheme: VersionScheme,
): string | undefined {
  const fixes = advisory.ranges
    .flatMap((range) => range.events)
    .flatMap((event) => ('fixed' in event && event.fixed !== LOWEST ? [event.fixed] : []))
    .filter((fixed) => orInvalid(() => scheme.compare(fixed, version) > 0) === true)
    .sort((a, b) => scheme.compare(a, b));
  return fixes.find((fixed) => isAffected(fixed, advisory, scheme) === false);
}

function versionOf(event: VersionEvent): string {
  if ('introduced' in event) return event.introduced;
  return 'fixed' in event ? event.fixed : event.lastAffected;
}

function readabilityOf(version: string, scheme: VersionScheme): InvalidVersion | undefined {
  const error = orInvalid(() => scheme.compare(version, version));
  return error instanceof InvalidVersion ? error : undefined;
}

function orInvalid<T>(compute: () => T): T | InvalidVersion {
  try {
    return compute();
  } catch (error) {
    if (error instanceof InvalidVersion) return error;
    throw error;
  }
}
