import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * `[epoch:]version[-release]` as rpm orders them: rpmverCmp and rpmvercmp of
 * https://github.com/rpm-software-management/rpm/tree/master/rpmio. No epoch is epoch 0; no release is before any release.
 */
export const rpm: VersionScheme = {
  name: 'rpm',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    return (
      compareNumbers(left.epoch, right.epoch) ||
      compareParts(left.version, right.version) ||
      Number(left.release !== undefined) - Number(right.release !== undefined) ||
      compareParts(left.release ?? '', right.release ?? '')
    );
  },
};

interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const MAX_LENGTH = 1000; // no real one exceeds 200; a bound on what an image may make us chew on
const MAX_EPOCH = 2 ** 32 - 1; // 32 bits in a package's header
const EPOCH = /^[0-9]+$/;
// What rpmbuild accepts in either part, and the hyphen that it once accepted in a version. Each part holds something to compare.
const PART = /^[A-Za-z0-9._+%{}~^-]*[A-Za-z0-9][A-Za-z0-9._+%{}~^-]*$/;

function parse(text: string): RpmVersion {
  const colon = text.indexOf(':');
  const epoch = colon < 0 ? '0' : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const version = hyphen < 0 ? rest : rest.slice(0, hyphen);
  const release = hyphen < 0 ? undefined : rest.slice(hyphen + 1);
  const valid =
    text.length <= MAX_LENGTH &&
    EPOCH.test(epoch) &&
    Number(epoch) <= MAX_EPOCH &&
    PART.test(version) &&
    (release === undefined || PART.test(release));
  if (!valid) throw new InvalidVersion('rpm', text);
  return { epoch, version, release };
}

/** What may stand at one place, from least to greatest: `1.0~rc1` is before `1.0`, and that before `1.0^git1`. */
const Kind = { tilde: 0, end: 1, caret: 2, letters: 3, digits: 4 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

// Whatever else there is only keeps two segments apart.
const SEGMENT = /[0-9]+|[A-Za-z]+|[~^]/g;

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.match(SEGMENT) ?? [];
  const right = b.match(SEGMENT) ?? [];
  const most = Math.max(left.length, right.length);
  for (let at = 0; at < most; at++) {
    const one = left[at] ?? '';
    const other = right[at] ?? '';
    const kind = kindOf(one);
    const difference = kind - kindOf(other) || compareSegments(kind, one, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

function kindOf(segment: string): Kind {
  if (segment === '') return Kind.end;
  if (segment === '~') return Kind.tilde;
  if (segment === '^') return Kind.caret;
  const code = segment.charCodeAt(0);
  return code >= 48 && code <= 57 ? Kind.digits : Kind.letters;
}

function compareSegments(kind: Kind, a: string, b: string): number {
  return kind === Kind.digits ? compareNumbers(a, b) : compareText(a, b);
}

const LEADING_ZEROS = /^0+/;

/** Decimal numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(LEADING_ZEROS, '');
  const right = b.replace(LEADING_ZEROS, '');
  return left.length - right.length || compareText(left, right);
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
