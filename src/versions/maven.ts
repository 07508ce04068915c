import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * Versions as Maven 3.9 orders them: https://maven.apache.org/pom.html#version-order-specification. Maven takes any text for
 * a version; one without a digit (`unspecified`) or with a variable (`${revision}`) is none here.
 */
export const maven: VersionScheme = {
  name: 'maven',
  compare: (a, b) => compareLists(parse(a), parse(b)),
};

/** A number, a qualifier, or a list of what follows a hyphen or a change between letters and digits. */
type Item =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'qualifier'; readonly rank: string }
  | { readonly kind: 'list'; readonly items: readonly Item[] };

const MAX_LENGTH = 256; // no real one exceeds 100; a bound on what an image may make us chew on
const VERSION = /^[0-9A-Za-z._+~-]+$/;
const DIGIT = /[0-9]/;
const LEADING_ZEROS = /^0+(?=[0-9])/;
const KNOWN_QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const ALIASES: Readonly<Record<string, string>> = { ga: '', final: '', release: '', cr: 'rc' };
/** Only where a digit follows. */
const ABBREVIATIONS: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };
const RELEASE = rankOf('');

function parse(version: string): readonly Item[] {
  if (version.length > MAX_LENGTH || !VERSION.test(version) || !DIGIT.test(version)) {
    throw new InvalidVersion('maven', version);
  }
  const lists: Item[][] = [[]];
  let word = '';
  let isDigits = false;
  const add = (item: Item) => lists.at(-1)?.push(item);
  const open = () => lists.push([]);
  const takeWord = (followedByDigit: boolean) => {
    add(isDigits || word === '' ? toNumber(word) : toQualifier(word, followedByDigit));
    word = '';
  };
  for (const character of version.toLowerCase()) {
    if (character === '.' || character === '-') {
      takeWord(false);
      if (character === '-') open();
      continue;
    }
    const isDigit = DIGIT.test(character);
    if (word !== '' && isDigit !== isDigits) {
      // Letters between digits are a list of their own.
      if (isDigit && lists.at(-1)?.length !== 0) open();
      takeWord(isDigit);
      open();
    }
    isDigits = isDigit;
    word += character;
  }
  if (word !== '') {
    if (!isDigits && lists.at(-1)?.length !== 0) open();
    takeWord(false);
  }
  return nest(lists);
}

/** Each list is the last item of the one before it; what says nothing at the end of a list is left out: 1.0.0 is 1. */
function nest(lists: readonly (readonly Item[])[]): readonly Item[] {
  return lists.reduceRight<readonly Item[]>((inner, list) => {
    const kept = inner.length === 0 ? [...list] : [...list, { kind: 'list', items: inner } satisfies Item];
    for (let at = kept.length - 1; at >= 0; at--) {
      const item = kept[at];
      if (item && saysNothing(item)) kept.splice(at, 1);
      else if (item?.kind !== 'list') break;
    }
    return kept;
  }, []);
}

function saysNothing(item: Item): boolean {
  if (item.kind === 'number') return item.digits === '0';
  return item.kind === 'qualifier' ? item.rank === RELEASE : item.items.length === 0;
}

function toNumber(word: string): Item {
  return { kind: 'number', digits: word.replace(LEADING_ZEROS, '') || '0' };
}

function toQualifier(word: string, followedByDigit: boolean): Item {
  const full = (followedByDigit ? ABBREVIATIONS[word] : undefined) ?? word;
  return { kind: 'qualifier', rank: rankOf(Object.hasOwn(ALIASES, full) ? (ALIASES[full] ?? full) : full) };
}

/** Compared as text: known qualifiers by their place, unknown ones after them by their letters. */
function rankOf(qualifier: string): string {
  const place = KNOWN_QUALIFIERS.indexOf(qualifier);
  return place === -1 ? `${KNOWN_QUALIFIERS.length}-${qualifier}` : String(place);
}

function compareLists(a: readonly Item[], b: readonly Item[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]];
    const difference = left ? compareItems(left, right) : right ? -compareItems(right, undefined) : 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Undefined: the other version has ended. */
function compareItems(a: Item, b: Item | undefined): number {
  if (b && a.kind !== b.kind) return order[a.kind] - order[b.kind];
  if (a.kind === 'number') return compareNumbers(a.digits, b?.kind === 'number' ? b.digits : '0');
  if (a.kind === 'qualifier') return compareText(a.rank, b?.kind === 'qualifier' ? b.rank : RELEASE);
  if (b?.kind === 'list') return compareLists(a.items, b.items);
  return a.items.map((item) => compareItems(item, undefined)).find((difference) => difference !== 0) ?? 0;
}

const order = { qualifier: 0, list: 1, number: 2 };

/** Decimal numbers without leading zeros, of any length. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
