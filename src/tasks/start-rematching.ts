import type { Logger } from 'pino';
import type { MatchInventory } from '../scan/match-inventory.ts';
import { summarise } from '../scan/summarise.ts';
import type { Store } from '../store/store.ts';

export interface RematchingDeps {
  readonly store: Pick<Store, 'inventories'>;
  readonly matchInventory: MatchInventory;
  /** Id of the advisories in use; undefined while there are none. */
  readonly snapshotId: () => Promise<string | undefined>;
  readonly log: Logger;
  /** How often new advisories are looked for. */
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;
const ARTIFACTS_AT_ONCE = 100;

/**
 * Matches what is stored with new advisories, however they came: without it an image that was scanned before the first
 * advisories arrived would stay unknown, and every other image would stay at what was known on the day of its scan. No
 * registry is asked; one inventory at a time, so that scans go first.
 */
export function startRematching(deps: RematchingDeps): { stop(): Promise<void> } {
  const { snapshotId, log, everyMs = EVERY_MS } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let done: string | undefined;
  const look = async () => {
    try {
      const snapshot = await snapshotId();
      if (snapshot !== undefined && snapshot !== done) {
        const matched = await rematch(deps, snapshot, signal);
        if (matched > 0) log.info({ images: matched, snapshot }, 'stored images were matched with new advisories');
        done = snapshot;
      }
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'matching with new advisories failed; trying again');
    }
    if (!signal.aborted) timer = setTimeout(run, everyMs);
  };
  let round: Promise<void> = Promise.resolve();
  const run = () => {
    round = look();
  };
  let timer = setTimeout(run, 0);
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await round;
    },
  };
}

/** How many contents were matched anew. One that cannot be is left for the next scan. */
async function rematch(deps: RematchingDeps, snapshot: string, signal: AbortSignal): Promise<number> {
  const { store, log } = deps;
  let matched = 0;
  let after = 0;
  for (;;) {
    const ids = await store.inventories.matchedOtherwise(snapshot, after, ARTIFACTS_AT_ONCE);
    for (const id of ids) {
      signal.throwIfAborted();
      after = id;
      try {
        if (await rematchArtifact(deps, id, signal)) matched++;
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn({ err: error, artifact: id }, 'an image could not be matched with new advisories');
      }
    }
    if (ids.length < ARTIFACTS_AT_ONCE) return matched;
  }
}

async function rematchArtifact(
  { store: { inventories }, matchInventory }: RematchingDeps,
  id: number,
  signal: AbortSignal,
): Promise<boolean> {
  const artifact = await inventories.artifact(id);
  const inventory = await inventories.get(id);
  if (!artifact?.scannedAt || !inventory) return false;
  const { result, snapshot } = await matchInventory(inventory, signal);
  if (!snapshot) return false;
  return inventories.saveMatch({
    artifactId: id,
    scannedAt: artifact.scannedAt,
    vulnerabilities: result.vulnerabilities,
    suppressed: result.suppressed,
    summary: summarise(inventory, result, artifact.os, artifact.scannedAt),
    advisorySnapshot: snapshot.id,
  });
}
