import type { CoverageGap } from '../model/vulnerability.ts';

const MAX_DETAIL = 500;

/** What could not be known, as one bounded line for people. */
export function describeGaps(gaps: readonly CoverageGap[]): string {
  return gaps
    .map(({ cause, subject }) => `${cause}: ${subject}`)
    .join('; ')
    .slice(0, MAX_DETAIL);
}
