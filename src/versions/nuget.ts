import { InvalidVersion, type VersionScheme } from './version-scheme.ts';

/**
 * NuGet's versions: one to four numbers (absent ones are 0), the prerelease labels of Semantic Versioning compared
 * without case, build metadata without weight.
 * https://learn.microsoft.com/en-us/nuget/concepts/package-versioning#normalized-version-numbers
 */
export const nuget: VersionScheme = {
  name: 'nuget',
  compare(a, b) {
    const left = parse(a);
    const right = parse(b);
    for (let i = 0; i < PARTS; i++) {
      const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return compareLabels(left.labels, right.labels);
  },
};

interface NugetVersion {
  readonly numbers: readonly number[];
  /** None for a release. */
  readonly labels: readonly string[];
}

const PARTS = 4;
const MAX_LENGTH = 1000; // no real one exceeds 64, the limit of nuget.org; a bound on what an image may make us chew on
const MAX_NUMBER = 2 ** 31 - 1; // System.Version reads them into an Int32
const GRAMMAR = /^([0-9]+(?:\.[0-9]+){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
const DIGITS = /^[0-9]+$/;

function parse(version: string): NugetVersion {
  const match = version.length <= MAX_LENGTH ? GRAMMAR.exec(version) : null;
  const numbers = (match?.[1] ?? '').split('.').map(Number);
  if (!match || numbers.some((number) => number > MAX_NUMBER)) throw new InvalidVersion('nuget', version);
  return { numbers, labels: match[2]?.toLowerCase().split('.') ?? [] };
}

/** A release after its prereleases; of those, the one with more labels after the same beginning. */
function compareLabels(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = compareLabel(a[i] ?? '', b[i] ?? '');
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Numbers before words; a number too large for an Int32 is a word. */
function compareLabel(a: string, b: string): number {
  const [left, right] = [isNumber(a), isNumber(b)];
  if (left && right) return Number(a) - Number(b);
  if (left !== right) return left ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const isNumber = (label: string) => DIGITS.test(label) && Number(label) <= MAX_NUMBER;
