/** One page of a list, counted from 1, and whether there are more. */
export function pagesOf<T>(items: readonly T[], page: number, size: number): { shown: readonly T[]; more: boolean } {
  const from = (page - 1) * size;
  return { shown: items.slice(from, from + size), more: from + size < items.length };
}

/** Requests that a list takes: an empty one takes one, too. */
export function countOf(items: number, size: number): number {
  return Math.max(1, Math.ceil(items / size));
}
