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
}

const engine = createHash('sha256')
  .update([MATCHING_VERSION, ...ecosystems.map(({ name, versions }) => `${name} ${versions.name}`)].join('\n'))
  .digest('hex')
  .slice(0, 8);

const SEPARATOR = '.';
const STALE = 'stale';

/** One text for all of it: a result with another key has to be looked at again. `vexId`: the statements that were applied. */
export function formatMatchKey({ id }: Pick<AdvisorySnapshot, 'id'>, stale: boolean, vexId = ''): string {
  const rules = vexId === '' ? engine : `${engine}-${vexId}`;
  return [id, rules, ...(stale ? [STALE] : [])].join(SEPARATOR);
}

/** Results of earlier versions have the id alone; then the engine is ''. */
export function parseMatchKey(key: string): MatchKey {
  const [snapshotId = '', engine = '', age] = key.split(SEPARATOR);
  return { snapshotId, engine, stale: age === STALE };
}
