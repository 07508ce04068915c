import { createHash } from 'node:crypto';
import { ecosystems } from '../ecosystems/index.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';

/** Raised with every change of what matching makes of the same inventory and the same advisories. */
const MATCHING_VERSION = 1;

/** What a stored result was made with, besides its inventory. */
export interface MatchKey {
  /** AdvisorySnapshot.id */
  readonly snapshotId: string;
  /** Changes with the rules of matching (version schemes, ecosystems, merging) and with the VEX statements that were applied. */
  readonly engine: string;
  /** The advisories were older than allowed, and the result says so. */
  readonly stale: boolean;
  /** `lastReleaseEnd` when it was made; '' in results of earlier versions. */
  readonly releaseEnd: string;
}

const engine = createHash('sha256')
  .update([MATCHING_VERSION, ...ecosystems.map(({ name, versions }) => `${name} ${versions.name}`)].join('\n'))
  .digest('hex')
  .slice(0, 8);

const SEPARATOR = '.';
const STALE = 'stale';

export interface MatchCircumstances {
  readonly stale: boolean;
  /** `lastReleaseEnd` */
  readonly releaseEnd: string;
  /** The statements that were applied. */
  readonly vexId?: string;
}

/** One text for all of it: a result with another key has to be looked at again. */
export function formatMatchKey(
  { id }: Pick<AdvisorySnapshot, 'id'>,
  { stale, releaseEnd, vexId = '' }: MatchCircumstances,
): string {
  const rules = vexId === '' ? engine : `${engine}-${vexId}`;
  return [id, rules, releaseEnd, ...(stale ? [STALE] : [])].join(SEPARATOR);
}

/** Results of earlier versions have no end of a release, and before that the id alone; then the engine is ''. */
export function parseMatchKey(key: string): MatchKey {
  const [snapshotId = '', engine = '', ...rest] = key.split(SEPARATOR);
  const releaseEnd = rest.find((part) => part !== STALE) ?? '';
  return { snapshotId, engine, stale: rest.includes(STALE), releaseEnd };
}
