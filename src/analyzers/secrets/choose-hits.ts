import type { SecretRule } from './secret-rule.ts';
import type { Hit } from './secret-scanner.ts';

/** Of hits on the same bytes only the one that says most: a token rather than `password=`, the longer one of two. */
export function chooseHits(hits: readonly Hit[]): readonly Hit[] {
  const chosen: Hit[] = [];
  const sorted = hits.toSorted((a, b) => a.start - b.start || b.end - a.end);
  for (const rank of RANKS) {
    const list = sorted.filter(({ rule }) => rankOf(rule) === rank);
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

/** What is only looked for in settings comes before other names, so that a variable is the same wherever it is set. */
const RANKS = ['token', 'setting', 'name'];
const rankOf = ({ generic, where }: SecretRule) => (!generic ? 'token' : where === 'settings' ? 'setting' : 'name');
