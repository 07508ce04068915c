import { errors } from './errors.ts';

/** A name and its text, decoded, in the order sent. */
export type Pair = readonly [name: string, value: string];

const MAX_PAIRS = 50_000;

/**
 * Reads `a=1&b.0=x%20y` as a query or a form carries it; `+` and `%20` are both a space, empty fragments are skipped.
 * @throws ApiError InvalidParameter for a fragment without `=`, a broken escape, or more pairs than any request needs
 */
export function parsePairs(text: string): readonly Pair[] {
  const fragments = text.split('&', MAX_PAIRS + 1).filter((fragment) => fragment !== '');
  if (fragments.length > MAX_PAIRS) throw errors.tooManyParameters(MAX_PAIRS);
  return fragments.map((fragment) => {
    const equals = fragment.indexOf('=');
    if (equals < 0) throw errors.pairWithoutEquals();
    return [decode(fragment.slice(0, equals)), decode(fragment.slice(equals + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw errors.invalidEscape(text);
  }
}
