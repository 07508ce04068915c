import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * Versions of Go modules, https://go.dev/ref/mod#versions: semantic versions, pseudo-versions among them, where build
 * metadata such as `+incompatible` does not count; and of Go itself, https://go.dev/doc/toolchain#version: `go1.21`,
 * `1.21rc2`. The `v` and `go` before them may be missing, as in advisories.
 */
export const golang: VersionScheme = {
  name: 'golang',
  compare(a, b) {
    const [left, right] = [parse(a), parse(b)];
    for (let at = 0; at < 3; at++) {
      const difference = compareNumbers(left.numbers[at] ?? '0', right.numbers[at] ?? '0');
      if (difference !== 0) return difference;
    }
    return comparePreReleases(left.preRelease, right.preRelease);
  },
};

interface GoVersion {
  readonly numbers: readonly string[];
  /** None: a release. */
  readonly preRelease: readonly string[];
}

const MAX_LENGTH = 256; // no real one exceeds 100; a bound on what an image may make us chew on
const GRAMMAR =
  /^(?:v|go)?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:(alpha|beta|rc)([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]*)?$/;
const DIGITS = /^[0-9]+$/;
const LEADING_ZEROS = /^0+(?=[0-9])/;

function parse(version: string): GoVersion {
  const match = version.length <= MAX_LENGTH ? GRAMMAR.exec(version) : null;
  const dotted = match?.[6]?.split('.') ?? [];
  if (!match || dotted.includes('')) throw new InvalidVersion('golang', version);
  const [, major = '0', minor = '0', patch = '0', stage, number = ''] = match;
  return { numbers: [major, minor, patch], preRelease: stage === undefined ? dotted : [stage, number, ...dotted] };
}

/** https://semver.org/#spec-item-11 */
function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [one, other] = [a[at], b[at]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const difference = compareIdentifiers(one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [DIGITS.test(a), DIGITS.test(b)];
  if (left && right) return compareNumbers(a, b);
  return left || right ? Number(right) - Number(left) : compareText(a, b);
}

/** Decimal numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(LEADING_ZEROS, '');
  const right = b.replace(LEADING_ZEROS, '');
  return left.length - right.length || compareText(left, right);
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
