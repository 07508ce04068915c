import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Advisory, VersionEvent, VersionRange } from '../model/advisory.ts';
import { apk } from '../versions/apk.ts';
import { deb } from '../versions/deb.ts';
import { pep440 } from '../versions/pep440.ts';
import { semver } from '../versions/semver.ts';
import type { VersionScheme } from '../versions/version-scheme.ts';
import { affects } from './affects.ts';

const SAFE = 'not affected';
const UNDECIDED = 'undecided';
const NO_FIX = 'affected, no fix';

/** `introduced 0, fixed 1.2; last 2.0` → ranges; `= 1.0` lists a version. */
function advisory(text: string): Pick<Advisory, 'ranges' | 'versions'> {
  const ranges: VersionRange[] = [];
  const versions: string[] = [];
  for (const part of text.split('; ')) {
    const [word, listed] = part.split(' ');
    if (word === '=') versions.push(listed ?? '');
    else ranges.push({ type: 'ECOSYSTEM', events: part.split(', ').map(toEvent) });
  }
  return { ranges, versions };
}

function toEvent(text: string): VersionEvent {
  const [word, version = ''] = text.split(' ');
  if (word === 'introduced') return { introduced: version };
  return word === 'fixed' ? { fixed: version } : { lastAffected: version };
}

function verdict(scheme: VersionScheme, version: string, text: string): string {
  const result = affects(version, advisory(text), scheme);
  if (result.status === 'affected') return result.fixedVersion ?? NO_FIX;
  return result.status === 'undecided' ? UNDECIDED : SAFE;
}

test.for<[VersionScheme, string, string, string]>([
  // CVE-2024-5535 in Debian 12
  [deb, '3.0.11-1~deb12u2', 'introduced 0, fixed 3.0.15-1~deb12u1', '3.0.15-1~deb12u1'],
  [deb, '3.0.15-1~deb12u1', 'introduced 0, fixed 3.0.15-1~deb12u1', SAFE],
  [deb, '3.0.16-1~deb12u1', 'introduced 0, fixed 3.0.15-1~deb12u1', SAFE],
  // An epoch outweighs all that follows.
  [deb, '2.38.1-5', 'introduced 0, fixed 1:2.20.1-5.1', '1:2.20.1-5.1'],
  [deb, '1:2.38.1-5', 'introduced 0, fixed 2.39-1', SAFE],
  // Unfixed, and never affected.
  [deb, '1:1.2.13.dfsg-1', 'introduced 0', NO_FIX],
  [apk, '1.2.3-r0', 'introduced 0, fixed 0', SAFE],
  [deb, '1.0', 'introduced 0, fixed 0', SAFE],
  [apk, '1.1.1d-r2', 'introduced 0, fixed 1.1.1d-r2', SAFE],
  [apk, '1.1.1d-r1', 'introduced 0, fixed 1.1.1d-r2', '1.1.1d-r2'],
  [apk, '1.0_rc1-r0', 'introduced 0, fixed 1.0-r0', '1.0-r0'],
  // GHSA-35jh-r3h4-6jhm (lodash)
  [semver, '4.17.20', 'introduced 0, fixed 4.17.21', '4.17.21'],
  [semver, '4.17.21', 'introduced 0, fixed 4.17.21', SAFE],
  [semver, '4.17.21-pre', 'introduced 0, fixed 4.17.21', '4.17.21'],
  // Several branches: the fix of one's own.
  [semver, '1.2.0', 'introduced 0, fixed 1.5.0; introduced 2.0.0, fixed 2.3.0', '1.5.0'],
  [semver, '1.6.0', 'introduced 0, fixed 1.5.0; introduced 2.0.0, fixed 2.3.0', SAFE],
  [semver, '2.1.0', 'introduced 0, fixed 1.5.0; introduced 2.0.0, fixed 2.3.0', '2.3.0'],
  [semver, '2.1.0', 'introduced 0, fixed 1.5.0, introduced 2.0.0, fixed 2.3.0', '2.3.0'],
  [semver, '2.1.0', 'fixed 2.3.0, introduced 2.0.0, fixed 1.5.0, introduced 0', '2.3.0'],
  // Branches that touch, whatever their order (PYSEC-2022-42972); a branch of nothing.
  [pep440, '0.13.2', 'introduced 0.13.0, fixed 0.14.0rc1, introduced 0.12.2, fixed 0.13.0', '0.14.0rc1'],
  [pep440, '0.12.2', 'introduced 0.13.0, fixed 0.14.0rc1, introduced 0.12.2, fixed 0.13.0', '0.14.0rc1'],
  [pep440, '0.14.0', 'introduced 0.13.0, fixed 0.14.0rc1, introduced 0.12.2, fixed 0.13.0', SAFE],
  [semver, '1.5.0', 'introduced 1.0.0, fixed 2.0.0, introduced 0, last 1.0.0', '2.0.0'],
  [semver, '1.5.0', 'introduced 0, fixed 1.0.0, introduced 1.0.0, fixed 2.0.0', '2.0.0'],
  [semver, '1.5.0', 'introduced 1.0.0, fixed 1.0.0', SAFE],
  [semver, '1.5.0', 'introduced 1.0.0, last 1.0.0', SAFE],
  // A fix that another range still affects is none.
  [semver, '1.2.0', 'introduced 0, fixed 1.5.0; introduced 1.4.0, fixed 1.8.0', '1.8.0'],
  [semver, '1.2.0', 'introduced 0, fixed 1.5.0; = 1.5.0', NO_FIX],
  // last_affected
  [semver, '1.5.1', 'introduced 0, last 1.5.1', NO_FIX],
  [semver, '1.5.2', 'introduced 0, last 1.5.1', SAFE],
  [semver, '1.0.0', 'introduced 0, last 1.5.1; introduced 0, fixed 1.6.0', '1.6.0'],
  // Listed versions
  [pep440, '0.8.4', 'introduced 0, fixed 0.10; = 0.8.4; = 0.9', '0.10'],
  [pep440, '1.0', '= 1.0.0', NO_FIX],
  [pep440, '1.1', '= 1.0.0', SAFE],
  [pep440, '1.0.1', '= 1.0; = not-a-version', SAFE],
  // Unreadable versions
  [pep440, '1.0-custom', 'introduced 0, fixed 2.0', UNDECIDED],
  [pep440, '1.0-custom', '= 1.0-custom', NO_FIX],
  [pep440, '1.0-custom', '= 1.0', UNDECIDED],
  [pep440, '1.0-custom', 'introduced 0', NO_FIX],
  [apk, '4.8.0-r0', 'introduced 0, fixed 4.8.0.-r1', UNDECIDED],
  [apk, '4.8.0-r0', 'introduced 0, fixed 4.8.0.-r1; introduced 0, fixed 4.9.0-r0', NO_FIX], // the unreadable one may say otherwise
  [apk, '1..2', 'introduced 0, fixed 0', SAFE], // "never affected" holds for versions that nobody can read, too
  // Nothing said, nothing affected.
  [semver, '1.0.0', 'introduced 2.0.0', SAFE],
])('case %#: $1 against "$2" is $3', ([scheme, version, text, expected]) => {
  expect(verdict(scheme, version, text)).toBe(expected);
});

test('an advisory without ranges and versions affects nothing', () => {
  expect(affects('1.0.0', { ranges: [], versions: [] }, semver)).toEqual({ status: 'not-affected' });
});

test('an undecided verdict says which version cannot be read', () => {
  expect(affects('1..2', advisory('introduced 0, fixed 2.0'), apk)).toEqual({
    status: 'undecided',
    reason: 'not a valid apk version: "1..2"',
  });
});

describe('on any range', () => {
  const version = fc.nat({ max: 12 }).map((number) => `${number}.0.0`);
  const event = fc.oneof(
    fc.oneof(fc.constant('0'), version).map((introduced): VersionEvent => ({ introduced })),
    version.map((fixed): VersionEvent => ({ fixed })),
    version.map((lastAffected): VersionEvent => ({ lastAffected })),
  );
  const ranges = fc.array(fc.array(event, { maxLength: 5 }), { maxLength: 3 });

  test('it evaluates as the OSV specification does, events sorted and swept', () => {
    fc.assert(
      fc.property(version, ranges, (installed, lists) => {
        fc.pre(!lists.some(hasTouchingBranches));
        const asked = { ranges: lists.map((events) => ({ type: 'SEMVER' as const, events })), versions: [] };

        const affected = affects(installed, asked, semver).status === 'affected';

        expect(affected).toBe(lists.some((events) => sweep(installed, events)));
      }),
      { numRuns: 1000 },
    );
  });

  test('the fixed version is above the installed one and not affected itself', () => {
    fc.assert(
      fc.property(version, ranges, (installed, lists) => {
        const asked = { ranges: lists.map((events) => ({ type: 'SEMVER' as const, events })), versions: [] };
        const result = affects(installed, asked, semver);
        if (result.status !== 'affected' || result.fixedVersion === undefined) return;

        expect(semver.compare(result.fixedVersion, installed)).toBeGreaterThan(0);
        expect(affects(result.fixedVersion, asked, semver)).toEqual({ status: 'not-affected' });
      }),
      { numRuns: 1000 },
    );
  });

  const at = (each: VersionEvent) =>
    'introduced' in each ? each.introduced : 'fixed' in each ? each.fixed : each.lastAffected;

  /** Where the specification says one thing for one order and another for the other. */
  function hasTouchingBranches(events: readonly VersionEvent[]): boolean {
    return events.some((each, index) =>
      events
        .slice(index + 2)
        .some((other) => at(other) === at(each) && 'introduced' in each && !('introduced' in other)),
    );
  }

  /** The pseudo code of https://ossf.github.io/osv-schema/#evaluation */
  function sweep(installed: string, events: readonly VersionEvent[]): boolean {
    const number = (text: string) => (text === '0' ? -1 : Number.parseInt(text, 10));
    const own = number(installed);
    let vulnerable = false;
    for (const each of events.toSorted((a, b) => number(at(a)) - number(at(b)))) {
      if ('introduced' in each && own >= number(each.introduced)) vulnerable = true;
      if ('fixed' in each && own >= number(each.fixed)) vulnerable = false;
      if ('lastAffected' in each && own > number(each.lastAffected)) vulnerable = false;
    }
    return vulnerable;
  }
});
