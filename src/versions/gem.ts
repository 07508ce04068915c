import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * RubyGems' versions, ordered as Gem::Version does: segments of digits and of letters, letters (a prerelease) before
 * digits, zeros at the end of either part without weight, `-` short for `.pre.`.
 * https://github.com/rubygems/rubygems/blob/master/lib/rubygems/version.rb
 */
export const gem: VersionScheme = {
  name: 'gem',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const difference = compareSegments(left[i] ?? '0', right[i] ?? '0');
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

const MAX_LENGTH = 1000; // no real one exceeds 60; a bound on what an image may make us chew on
const GRAMMAR = /^[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const SEGMENT = /[0-9]+|[a-zA-Z]+/g;
const LEADING_ZEROS = /^0+(?=[0-9])/;
const DIGITS = /^[0-9]/;

/** Segments without the zeros that end the release and the prerelease part: 1.0.a.2.0 → 1, a, 2. */
function parse(version: string): readonly string[] {
  if (version.length > MAX_LENGTH || !GRAMMAR.test(version)) throw new InvalidVersion('gem', version);
  const segments = (version.replaceAll('-', '.pre.').match(SEGMENT) ?? []).map((each) =>
    each.replace(LEADING_ZEROS, ''),
  );
  const letters = segments.findIndex((each) => !DIGITS.test(each));
  const prerelease = letters < 0 ? segments.length : letters;
  return [...withoutTrailingZeros(segments.slice(0, prerelease)), ...withoutTrailingZeros(segments.slice(prerelease))];
}

function withoutTrailingZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((each) => each !== '0') + 1);
}

function compareSegments(a: string, b: string): number {
  const [left, right] = [DIGITS.test(a), DIGITS.test(b)];
  if (left !== right) return left ? 1 : -1;
  // Numbers of any length have no leading zeros here.
  return (left ? a.length - b.length : 0) || (a < b ? -1 : a > b ? 1 : 0);
}
