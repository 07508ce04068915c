import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * Alpine versions, `1.2.3a_suffix1~hash-r4`, ordered as apk-tools 3 does. One more form is read, as apk-tools 2 did: digits
 * after the letter (`3.3.3p1-r3`), which real packages carry and every released Alpine installs.
 */
export const apk: VersionScheme = {
  name: 'apk',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    for (let i = 0; ; i++) {
      const one = left[i] ?? END;
      const other = right[i] ?? END;
      const difference = one.kind - other.kind || compareValues(one, other);
      if (difference !== 0 || (one === END && other === END)) return difference;
    }
  },
};

/**
 * What may stand at one place, from least to greatest: a longer version is the newer one, unless what it adds is a
 * suffix of a pre-release. After the same beginning, 1.0_rc1 < 1.0 < 1.0-r0 < 1.0~ab < 1.0_p < 1.0a < 1.0.0.
 */
const Kind = {
  preSuffix: 0,
  end: 1,
  revision: 2,
  hash: 3,
  suffixNumber: 4,
  postSuffix: 5,
  letterNumber: 6,
  letter: 7,
  digits: 8,
  firstDigits: 9,
} as const;

interface Token {
  readonly kind: (typeof Kind)[keyof typeof Kind];
  readonly text: string;
}

const END: Token = { kind: Kind.end, text: '' };
const MAX_LENGTH = 1000; // no real one exceeds 100; a bound on what an image may make us chew on
const PRE_SUFFIXES = ['alpha', 'beta', 'pre', 'rc'];
const POST_SUFFIXES = ['cvs', 'svn', 'git', 'hg', 'p'];
const LEADING_ZEROS = /^0+/;
const GRAMMAR =
  /^([0-9]+)((?:\.[0-9]+)*)(?:([a-z])([0-9]*))?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:~([0-9a-f]+))?(?:-r([0-9]+))?$/;
const SUFFIX = /_([a-z]+)([0-9]*)/g;

function parse(version: string): readonly Token[] {
  const match = version.length <= MAX_LENGTH ? GRAMMAR.exec(version) : null;
  if (!match) throw new InvalidVersion('apk', version);
  const [, first = '', more = '', letter, letterNumber, suffixes = '', hash, revision] = match;
  const tokens: Token[] = [{ kind: Kind.firstDigits, text: first }];
  for (const text of more.split('.').slice(1)) tokens.push({ kind: Kind.digits, text });
  if (letter) tokens.push({ kind: Kind.letter, text: letter });
  if (letterNumber) tokens.push({ kind: Kind.letterNumber, text: letterNumber });
  for (const [, name = '', number] of suffixes.matchAll(SUFFIX)) {
    tokens.push({ kind: PRE_SUFFIXES.includes(name) ? Kind.preSuffix : Kind.postSuffix, text: name });
    if (number) tokens.push({ kind: Kind.suffixNumber, text: number });
  }
  if (hash) tokens.push({ kind: Kind.hash, text: hash });
  if (revision) tokens.push({ kind: Kind.revision, text: revision });
  return tokens;
}

/** Of two tokens of one kind. */
function compareValues(a: Token, b: Token): number {
  switch (a.kind) {
    case Kind.preSuffix:
      return PRE_SUFFIXES.indexOf(a.text) - PRE_SUFFIXES.indexOf(b.text);
    case Kind.postSuffix:
      return POST_SUFFIXES.indexOf(a.text) - POST_SUFFIXES.indexOf(b.text);
    case Kind.letter:
    case Kind.hash:
      return compareText(a.text, b.text);
    case Kind.digits:
      // A leading zero makes it a fraction: 1.05 < 1.1 < 1.5.
      return a.text.startsWith('0') || b.text.startsWith('0')
        ? compareText(a.text, b.text)
        : compareNumbers(a.text, b.text);
    default:
      return compareNumbers(a.text, b.text);
  }
}

/** Decimal numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(LEADING_ZEROS, '');
  const right = b.replace(LEADING_ZEROS, '');
  return left.length - right.length || compareText(left, right);
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
