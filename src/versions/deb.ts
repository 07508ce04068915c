import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/** Debian versions, `[epoch:]upstream[-revision]`, ordered as dpkg does: deb-version(7). */
export const deb: VersionScheme = {
  name: 'deb',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return (
      compareDigits(left.epoch, right.epoch) ||
      comparePart(left.upstream, right.upstream) ||
      comparePart(left.revision, right.revision)
    );
  },
};

interface DebVersion {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

const MAX_LENGTH = 1000; // no real one exceeds 100; a bound on what an image may make us chew on
const MAX_EPOCH = 2 ** 31 - 1; // dpkg reads it into an int
const EPOCH = /^[0-9]+$/;
const UPSTREAM = /^[A-Za-z0-9.+~:-]+$/;
const REVISION = /^[A-Za-z0-9.+~]+$/;

function parse(version: string): DebVersion {
  const colon = version.indexOf(':');
  const epoch = colon < 0 ? '0' : version.slice(0, colon);
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen < 0 ? rest : rest.slice(0, hyphen);
  const revision = hyphen < 0 ? '0' : rest.slice(hyphen + 1); // absent sorts like `0`: 1.0 equals 1.0-0
  const valid =
    version.length <= MAX_LENGTH &&
    EPOCH.test(epoch) &&
    Number(epoch) <= MAX_EPOCH &&
    UPSTREAM.test(upstream) &&
    REVISION.test(revision);
  if (!valid) throw new InvalidVersion('deb', version);
  return { epoch, upstream, revision };
}

/** Runs of non-digits and runs of digits take turns; the first difference decides. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [startA, startB] = [i, j];
    while (isDigit(a.charCodeAt(i))) i++;
    while (isDigit(b.charCodeAt(j))) j++;
    const difference = compareDigits(a.slice(startA, i), b.slice(startB, j));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before everything else. A digit ends a run, so it weighs as the end. */
function weight(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (text[index] === '~') return -1;
  return isLetter(code) ? code : code + 256;
}

/** Decimal numbers of any length; '' counts as 0. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(LEADING_ZEROS, '');
  const right = b.replace(LEADING_ZEROS, '');
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

const LEADING_ZEROS = /^0+/;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
