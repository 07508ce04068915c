import type { OperatingSystem } from '../model/inventory.ts';
import type { CoverageGap, MatchResult } from '../model/vulnerability.ts';
import { endedOn } from './release-ends.ts';

/**
 * Says of a system past its end of life that what is known of it has stopped growing: with advisories, what was found counts,
 * and is a lower bound; without, nothing is known, and this is why.
 */
export function markEndOfLife(result: MatchResult, os: OperatingSystem | undefined, now: Date): MatchResult {
  const ended = os && endedOn(os, now);
  if (!os || ended === undefined) return result;
  const subject = `${os.family} ${os.release}: updates ended on ${ended}`;
  const gap: CoverageGap = { cause: 'distribution-end-of-life', subject };
  const worse = result.gaps.filter(({ cause }) => cause === 'distribution-unknown');
  const others = result.gaps.filter(({ cause }) => cause !== 'distribution-unknown');
  return {
    ...result,
    coverage: result.coverage === 'unknown' ? 'unknown' : 'partial',
    gaps: [...worse, gap, ...others],
  };
}
