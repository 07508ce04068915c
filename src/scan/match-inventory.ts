import type { AdvisorySnapshot } from '../model/advisory.ts';
import type { Inventory } from '../model/inventory.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import type { ScanThreads } from './create-scan-threads.ts';

/** Matches an inventory against the advisories there are now. */
export type MatchInventory = (
  inventory: Inventory,
  signal: AbortSignal,
) => Promise<{ readonly result: MatchResult; readonly snapshot?: AdvisorySnapshot }>;

export interface MatchInventoryDeps {
  readonly threads: ScanThreads;
  /** The compiled advisories. */
  readonly advisoriesPath: string;
  /** Advisories whose feeds were last asked longer ago make a result partial. */
  readonly maxAgeDays: number;
  readonly now: () => Date;
}

const DAY_MS = 86_400_000;

export function createMatchInventory({ threads, advisoriesPath, maxAgeDays, now }: MatchInventoryDeps): MatchInventory {
  return async (inventory, signal) => {
    const { result, snapshot } = await threads.match(inventory, advisoriesPath, signal);
    if (!snapshot) return { result };
    const ageDays = (now().getTime() - Date.parse(snapshot.checkedAt)) / DAY_MS;
    return { result: ageDays > maxAgeDays ? stale(result, Math.floor(ageDays)) : result, snapshot };
  };
}

const stale = (result: MatchResult, days: number): MatchResult => ({
  ...result,
  coverage: result.coverage === 'unknown' ? 'unknown' : 'partial',
  gaps: [...result.gaps, { cause: 'advisories-stale', subject: `the feeds were last asked ${days} days ago` }],
});
