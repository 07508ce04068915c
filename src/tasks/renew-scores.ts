import type { Epss } from '../model/vulnerability.ts';
import type { MatchStore, StoredScore } from '../store/matches.ts';

/** EPSS of each of these vulnerabilities that has one. */
export type ScoresOf = (ids: readonly string[]) => Promise<ReadonlyMap<string, Epss>>;

const AT_ONCE = 500;

/**
 * Brings the stored EPSS of every vulnerability to what the feed says now: it changes every day for nearly all of them, so
 * that no image is matched again for it.
 */
export async function renewScores(matches: MatchStore, scoresOf: ScoresOf, signal: AbortSignal): Promise<void> {
  let last = 0;
  for (;;) {
    signal.throwIfAborted();
    const stored = await matches.scores(last, AT_ONCE);
    if (stored.length === 0) return;
    last = stored.at(-1)?.number ?? last;
    const current = await scoresOf(stored.map(({ id }) => id));
    const changed = stored.flatMap(({ number, id, epss }): StoredScore[] => {
      const now = current.get(id);
      const isSame = now?.probability === epss?.probability && now?.percentile === epss?.percentile;
      return isSame ? [] : [{ number, id, ...(now ? { epss: now } : {}) }];
    });
    if (changed.length > 0) await matches.saveScores(changed);
  }
}
