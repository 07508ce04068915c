import { markEndOfLife } from '../matching/mark-end-of-life.ts';
import { formatMatchKey } from '../matching/match-key.ts';
import { lastReleaseEnd } from '../matching/release-ends.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Inventory } from '../model/inventory.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import { applyVex } from '../vex/apply-vex.ts';
import type { ScanThreads } from './create-scan-threads.ts';
import type { VexFolder, VexStatements } from './create-vex-folder.ts';

/** Matches an inventory against the advisories there are now. */
export type MatchInventory = (inventory: Inventory, signal: AbortSignal) => Promise<Matched>;

export interface Matched {
  readonly result: MatchResult;
  readonly snapshot?: AdvisorySnapshot;
  /** What to compare with `currentMatchKey` later; '' where there are no advisories. */
  readonly key: string;
}

export interface MatchInventoryDeps {
  readonly threads: ScanThreads;
  /** What a match waits for: advisories that are being fetched for the first time. */
  readonly ready?: Promise<void>;
  /** The compiled advisories. */
  readonly advisoriesPath: string;
  /** Advisories whose feeds were last asked longer ago make a result partial. */
  readonly maxAgeDays: number;
  readonly now: () => Date;
  /** Statements that leave findings out, with the reason kept. */
  readonly vex?: VexFolder;
}

const DAY_MS = 86_400_000;

export function createMatchInventory({
  threads,
  ready,
  advisoriesPath,
  maxAgeDays,
  now,
  vex,
}: MatchInventoryDeps): MatchInventory {
  return async (inventory, signal) => {
    if (ready) await orAbort(ready, signal);
    const { result: matched, snapshot } = await threads.match(inventory, advisoriesPath, signal);
    if (!snapshot) return { result: matched, key: '' };
    const stated = await vex?.read();
    const at = now();
    const result = heedVex(markEndOfLife(matched, inventory.os, at), inventory, stated);
    const age = ageInDays(snapshot, at);
    const key = currentMatchKey(snapshot, maxAgeDays, at, stated?.id);
    return { result: age > maxAgeDays ? stale(result, Math.floor(age)) : result, snapshot, key };
  };
}

/** One content may be listed under many names: only what is said of packages is heeded, not of images by their names. */
const heedVex = (result: MatchResult, { os }: Inventory, vex: VexStatements | undefined): MatchResult =>
  vex ? applyVex(result, vex.statements, { os, digests: [] }) : result;

/** What a match with these advisories would be stored with now. */
export const currentMatchKey = (snapshot: AdvisorySnapshot, maxAgeDays: number, now: Date, vexId = ''): string =>
  formatMatchKey(snapshot, { stale: ageInDays(snapshot, now) > maxAgeDays, releaseEnd: lastReleaseEnd(now), vexId });

const ageInDays = (snapshot: AdvisorySnapshot, now: Date) => (now.getTime() - Date.parse(snapshot.checkedAt)) / DAY_MS;

const stale = (result: MatchResult, days: number): MatchResult => ({
  ...result,
  coverage: result.coverage === 'unknown' ? 'unknown' : 'partial',
  gaps: [...result.gaps, { cause: 'advisories-stale', subject: `the feeds were last asked ${days} days ago` }],
});

function orAbort(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    waiting.then(resolve, resolve).finally(() => signal.removeEventListener('abort', stop));
  });
}
