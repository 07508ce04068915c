import { errors } from './protocol/errors.ts';

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 100;

/** Limit 0 asks for TotalCount alone; more than 100 rows are refused rather than cut. */
export function toPage(input: { readonly Limit?: number | undefined; readonly Offset?: number | undefined }) {
  const limit = input.Limit ?? DEFAULT_LIMIT;
  if (limit > MAX_LIMIT) {
    throw errors.invalidValue(
      'Limit',
      String(limit),
      `it must be between 0 and ${MAX_LIMIT}`,
      `应在 0 到 ${MAX_LIMIT} 之间`,
    );
  }
  return { limit, offset: input.Offset ?? 0 };
}

const directions: Readonly<Record<string, 'asc' | 'desc'>> = { asc: 'asc', desc: 'desc', '+': 'asc', '-': 'desc' };

/** Order in any case, or `+` and `-`; absent or empty means descending. */
export function toDirection(order: string | undefined): 'asc' | 'desc' {
  if (!order) return 'desc';
  const spelled = order.toLowerCase();
  const direction = Object.hasOwn(directions, spelled) ? directions[spelled] : undefined;
  if (!direction) throw errors.invalidValue('Order', order, 'it must be asc or desc', '应为 asc 或 desc');
  return direction;
}

/** By through a table of keys; absent or empty means `fallback`. */
export function toSortKey<K extends string>(by: string | undefined, keys: Readonly<Record<string, K>>, fallback: K): K {
  if (!by) return fallback;
  const key = Object.hasOwn(keys, by) ? keys[by] : undefined;
  if (!key) throw errors.unknownSortKey(by, Object.keys(keys));
  return key;
}
