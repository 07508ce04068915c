import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * Composer's versions: normalised as composer/semver does (a leading `v`, four numbers or a date, a stability and its
 * numbers, `-dev`, build metadata without weight), then ordered as PHP's version_compare. Branches (`dev-main`,
 * `1.x-dev`) are no versions: what they contain nobody can tell.
 * https://github.com/composer/semver/blob/main/src/VersionParser.php, https://www.php.net/version_compare
 */
export const composer: VersionScheme = {
  name: 'composer',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const difference = compareTokens(left[i] ?? END, right[i] ?? END);
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

/** From least to greatest: what a version continues with. 1.0-dev < 1.0-alpha < 1.0-beta < 1.0-RC < 1.0 < 1.0-patch. */
const Rank = { dev: 0, alpha: 1, beta: 2, candidate: 3, end: 4, number: 5, patch: 6 } as const;

interface Token {
  readonly rank: (typeof Rank)[keyof typeof Rank];
  /** Of a number: its digits without leading zeros. */
  readonly digits: string;
}

const word = (rank: Token['rank']): Token => ({ rank, digits: '' });
const END = word(Rank.end);
const MAX_LENGTH = 1000; // no real one exceeds 60; a bound on what an image may make us chew on
const STABILITIES: Readonly<Record<string, Token['rank']>> = {
  alpha: Rank.alpha,
  a: Rank.alpha,
  beta: Rank.beta,
  b: Rank.beta,
  rc: Rank.candidate,
  patch: Rank.patch,
  pl: Rank.patch,
  p: Rank.patch,
};
const STABILITY = '[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]+(?:[.-][0-9]+)*)?))?([.-]?dev)?';
const NUMBERS = new RegExp(`^v?([0-9]{1,5}(?:\\.[0-9]+){0,3})${STABILITY}$`, 'i');
const DATE = new RegExp(`^v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})${STABILITY}$`, 'i');
const METADATA = /^([^,\s+]+)\+\S+$/;
const DIGITS = /[0-9]+/g;
const LEADING_ZEROS = /^0+(?=[0-9])/;

function parse(version: string): readonly Token[] {
  if (version.length > MAX_LENGTH) throw new InvalidVersion('composer', version);
  const plain = METADATA.exec(version)?.[1] ?? version;
  const numbered = NUMBERS.exec(plain);
  const [, release = '', stability = '', more = '', dev] = numbered ?? DATE.exec(plain) ?? [];
  const stable = stability.toLowerCase() === 'stable';
  // Composer drops the numbers after `stable`; nobody writes any.
  if (release === '' || (stable && more !== '')) throw new InvalidVersion('composer', version);
  const tokens = numbersIn(release);
  while (numbered && tokens.length < 4) tokens.push({ rank: Rank.number, digits: '0' });
  if (stable) return tokens;
  const rank = STABILITIES[stability.toLowerCase()];
  if (rank !== undefined) tokens.push(word(rank), ...numbersIn(more));
  if (dev !== undefined) tokens.push(word(Rank.dev));
  return tokens;
}

function numbersIn(text: string): Token[] {
  const numbers = text.match(DIGITS) ?? [];
  return numbers.map((digits) => ({ rank: Rank.number, digits: digits.replace(LEADING_ZEROS, '') }));
}

function compareTokens(a: Token, b: Token): number {
  const difference = a.rank - b.rank || a.digits.length - b.digits.length;
  return difference || (a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0);
}
