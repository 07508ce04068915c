import { z } from 'zod';

// The declared types of API.md a7. A wrong type is reported with the name the real service uses, so each field carries
// it in its issue's `params.expected`; the reference reads `wire` from its metadata.

const wrongType = (context: z.RefinementCtx, expected: string): never => {
  context.addIssue({ code: 'custom', params: { expected }, message: `expected ${expected}` });
  return z.NEVER;
};

const MAX_TEXT = 10_000;

/** A string; a number is refused, as the real gateway does, and so is a NUL, which PostgreSQL cannot hold. */
export const text = () =>
  z
    .unknown()
    .transform((value, context): string => {
      if (typeof value !== 'string') return wrongType(context, 'string');
      if (value.includes('\0')) return wrongType(context, 'string without NUL');
      if (value.length <= MAX_TEXT) return value;
      context.addIssue({ code: 'custom', params: { maxCharacters: MAX_TEXT }, message: 'too long' });
      return z.NEVER;
    })
    .meta({ wire: 'String' });

const DIGITS = /^-?\d{1,20}$/;

/** An integer as a number or as decimal digits, which the documentation's own examples send. */
export const integer = () =>
  z
    .unknown()
    .transform((value, context): number => {
      const number = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number)) return wrongType(context, 'integer');
      // Beyond 2^53 nothing of ours has such a number: it stays unequal to every id instead of hitting a neighbour's.
      return Number.isSafeInteger(number) ? number : Number.MAX_SAFE_INTEGER;
    })
    .meta({ wire: 'Integer' });

/** An integer of zero or more. */
export const unsigned = () =>
  integer()
    .transform((value, context) => {
      if (value >= 0) return value;
      context.addIssue({ code: 'custom', params: {}, message: 'expected zero or more' });
      return z.NEVER;
    })
    .meta({ wire: 'Integer', minimum: 0 });

// As the SDKs write booleans into a query: Node, Go and Java, Python, PHP.
const words: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['1', true],
  ['false', false],
  ['False', false],
  ['0', false],
]);

/** true, false, or one of the words for them. */
export const boolean = () =>
  z
    .unknown()
    .transform((value, context): boolean => {
      if (typeof value === 'boolean') return value;
      return words.get(value) ?? wrongType(context, 'boolean');
    })
    .meta({ wire: 'Boolean' });

const MAX_ITEMS = 10_000;

/** At most 10 000 entries unless said otherwise. */
export const list = <T extends z.ZodType>(item: T, maxItems = MAX_ITEMS) => z.array(item).max(maxItems);
