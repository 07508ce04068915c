import type { Hit } from './secret-scanner.ts';

/** Of hits on the same bytes only the one that says most: a token rather than `password=`, the longer one of two. */
export function chooseHits(hits: readonly Hit[]): readonly Hit[] {
  const chosen: Hit[] = [];
  const byRank = hits.toSorted(
    (a, b) => Number(a.rule.generic ?? false) - Number(b.rule.generic ?? false) || a.start - b.start || b.end - a.end,
  );
  const specific = byRank.filter(({ rule }) => !rule.generic);
  const generic = byRank.filter(({ rule }) => rule.generic);
  for (const list of [specific, generic]) {
    const taken = chosen.toSorted((a, b) => a.start - b.start);
    let next = 0;
    let end = 0;
    for (const hit of list) {
      while (next < taken.length && (taken[next]?.end ?? 0) <= hit.start) next++;
      const other = taken[next];
      if (hit.start < end || (other && other.start < hit.end)) continue;
      chosen.push(hit);
      end = hit.end;
    }
  }
  return chosen.toSorted((a, b) => a.start - b.start);
}
