import type { AdvisorySnapshot } from '../model/advisory.ts';

/** CISA's catalogue is never empty: without an entry there was none, and nobody can say what is exploited. */
export const knowsExploited = (snapshot: AdvisorySnapshot): boolean => snapshot.exploited > 0;

/** `19 advisories, 3 known to be exploited`. */
export function describeSnapshot(snapshot: AdvisorySnapshot): string {
  return knowsExploited(snapshot)
    ? `${snapshot.advisories} advisories, ${snapshot.exploited} known to be exploited`
    : `${snapshot.advisories} advisories; which are exploited is unknown, for want of CISA's catalogue`;
}
