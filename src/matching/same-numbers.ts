import type { VersionScheme } from '../versions/version-scheme.ts';

/** Schemes to which a `+` is a separator like others; to the rest, what follows it makes no other version. */
const COUNTING_ALL: readonly string[] = ['rpm'];

/**
 * Whether two versions have the same numbers, without their leading zeros and up to a `+`: `01.10.0-rc2` and `1.10rc2`. Versions
 * that a scheme calls equal have, so that those that are not can be told apart without reading them (the 242 advisories
 * about tensorflow list 200 each).
 */
export function sameNumbers(a: string, b: string, { name }: Pick<VersionScheme, 'name'>): boolean {
  const [endA, endB] = COUNTING_ALL.includes(name) ? [a.length, b.length] : [endOf(a), endOf(b)];
  let [atA, atB] = [0, 0];
  for (;;) {
    atA = nextNumber(a, atA, endA);
    atB = nextNumber(b, atB, endB);
    if (atA === endA || atB === endB) return atA === endA && atB === endB;
    while (atA < endA && atB < endB && isDigit(a, atA) && a[atA] === b[atB]) {
      atA++;
      atB++;
    }
    if ((atA < endA && isDigit(a, atA)) || (atB < endB && isDigit(b, atB))) return false;
  }
}

function endOf(version: string): number {
  const plus = version.indexOf('+');
  return plus < 0 ? version.length : plus;
}

/** Where the next number begins, without its zeros; `end` when there is none. */
function nextNumber(version: string, from: number, end: number): number {
  let at = from;
  while (at < end && (!isDigit(version, at) || version[at] === '0')) at++;
  return at;
}

function isDigit(version: string, at: number): boolean {
  const code = version.charCodeAt(at);
  return code >= 48 && code <= 57;
}
