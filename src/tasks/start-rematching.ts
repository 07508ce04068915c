import type { Logger } from 'pino';
import type { AdvisoryDiff } from '../advisories/diff-advisories.ts';
import { ecosystems } from '../ecosystems/index.ts';
import { parseMatchKey } from '../matching/match-key.ts';
import { dayAfter, endedOn } from '../matching/release-ends.ts';
import type { ChangeReason, FindingChange } from '../model/match-change.ts';
import type { MatchInventory } from '../scan/match-inventory.ts';
import { summarise } from '../scan/summarise.ts';
import type { MatchedArtifact } from '../store/matches.ts';
import type { Store } from '../store/store.ts';
import { changeReason } from './change-reason.ts';
import { findAffectedArtifacts } from './find-affected-artifacts.ts';
import { renewScores, type ScoresOf } from './renew-scores.ts';

export interface RematchingDeps {
  readonly store: Pick<Store, 'inventories' | 'matches'>;
  readonly matchInventory: MatchInventory;
  /** What results are matched with now (matching/match-key.ts); undefined while there are no advisories. */
  readonly snapshotId: () => Promise<string | undefined>;
  /**
   * What two snapshots, by their ids, say differently; undefined when that cannot be told, or when this is absent: then
   * everything is matched.
   */
  readonly compare?: (from: string, to: string, signal: AbortSignal) => Promise<AdvisoryDiff | undefined>;
  /** EPSS as it is now; absent: stored scores stay as they are. */
  readonly scoresOf?: ScoresOf;
  readonly log: Logger;
  /** How often new advisories are looked for. */
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;

/**
 * Matches what is stored with new advisories, however they came: without it an image that was scanned before the first
 * advisories arrived would stay unknown, and every other image would stay at what was known on the day of its scan. No
 * registry is asked, and of what the advisories say nothing new about only the key is renewed; one inventory at a time, so
 * that scans go first.
 */
export function startRematching(deps: RematchingDeps): { stop(): Promise<void> } {
  const { snapshotId, log, everyMs = EVERY_MS } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const round: Round = { passed: new Set(), failed: new Set() };
  const look = async () => {
    try {
      const key = await snapshotId();
      if (key !== undefined) await passOver(deps, key, round, signal);
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'matching with new advisories failed; trying again');
    }
    if (!signal.aborted) timer = setTimeout(run, everyMs);
  };
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = look();
  };
  let timer = setTimeout(run, 0);
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

/** What earlier passes of this process did. */
interface Round {
  /** Keys that everything was brought to. */
  readonly passed: Set<string>;
  /** Artifacts that could not be matched with the key passed last: left for their next scan. */
  readonly failed: Set<number>;
}

/**
 * Brings every result to this key. Once that is done, only results of keys that this process had before are looked at, such as
 * those of a scan that was under way: another server on the same database may have other advisories, and the two must
 * not undo each other's work for ever.
 */
async function passOver(deps: RematchingDeps, key: string, round: Round, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  const again = round.passed.has(key);
  if (!again) round.failed.clear();
  let matched = 0;
  let unaffected = 0;
  for (const from of await store.matches.otherKeys(key)) {
    if (again && from !== '' && !round.passed.has(from)) continue;
    const artifacts = (await store.matches.matchedWith(from)).filter(({ id }) => !round.failed.has(id));
    if (artifacts.length === 0) continue;
    const diff = await differenceTo(deps, from, key, signal);
    const affected = diff && (await findAffected(deps, diff, from, key));
    const others = artifacts.filter(({ id }) => affected && !affected.has(id));
    unaffected += await store.matches.markMatched(others, from, key);
    const rest = artifacts.filter(({ id }) => !affected || affected.has(id));
    matched += await rematch(deps, rest, reasons(from, key, diff), round, signal);
  }
  if (!again && deps.scoresOf) await renewScores(store.matches, deps.scoresOf, signal);
  round.passed.add(key);
  if (matched + unaffected > 0) {
    log.info({ images: matched, unaffected, matchedWith: key }, 'stored images were matched with new advisories');
  }
}

/** What advisories say otherwise, and systems whose updates have ended in between. */
async function findAffected(
  { store: { matches } }: RematchingDeps,
  diff: AdvisoryDiff,
  from: string,
  to: string,
): Promise<ReadonlySet<number>> {
  const affected = await findAffectedArtifacts(matches, ecosystems, diff, from);
  const [before, now] = [from, to].map((key) => dayAfter(parseMatchKey(key).releaseEnd));
  if (!before || !now || before.getTime() === now.getTime()) return affected;
  const ended = [...(await matches.systems(from))].filter(([, os]) => endedOn(os, now) !== endedOn(os, before));
  return new Set([...affected, ...ended.map(([id]) => id)]);
}

/** undefined: everything may have changed. */
async function differenceTo(
  { compare, log }: RematchingDeps,
  fromKey: string,
  toKey: string,
  signal: AbortSignal,
): Promise<AdvisoryDiff | undefined> {
  const [from, to] = [parseMatchKey(fromKey), parseMatchKey(toKey)];
  if (!compare || from.snapshotId === '' || from.engine !== to.engine || from.stale || to.stale) return undefined;
  if (from.releaseEnd === '') return undefined;
  try {
    return await compare(from.snapshotId, to.snapshotId, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'the advisories before could not be compared with; matching all stored images');
    return undefined;
  }
}

type ReasonOf = (os: Parameters<typeof changeReason>[2]) => (change: FindingChange) => ChangeReason;

function reasons(from: string, to: string, diff: AdvisoryDiff | undefined): ReasonOf {
  if (diff) return (os) => (change) => changeReason(change, diff, os, ecosystems);
  const other = parseMatchKey(from).engine !== parseMatchKey(to).engine;
  return () => () => (other ? 'matching-changed' : 'advisories-changed');
}

/** How many contents were matched anew. */
async function rematch(
  deps: RematchingDeps,
  artifacts: readonly MatchedArtifact[],
  reasonOf: ReasonOf,
  { failed }: Round,
  signal: AbortSignal,
): Promise<number> {
  let matched = 0;
  for (const { id } of artifacts) {
    signal.throwIfAborted();
    try {
      if (await rematchArtifact(deps, id, reasonOf, signal)) matched++;
    } catch (error) {
      if (signal.aborted) throw error;
      failed.add(id);
      deps.log.warn({ err: error, artifact: id }, 'an image could not be matched with new advisories');
    }
  }
  return matched;
}

async function rematchArtifact(
  { store: { inventories }, matchInventory }: RematchingDeps,
  id: number,
  reasonOf: ReasonOf,
  signal: AbortSignal,
): Promise<boolean> {
  const artifact = await inventories.artifact(id);
  const inventory = await inventories.get(id);
  if (!artifact?.scannedAt || !inventory) return false;
  const { result, snapshot, key } = await matchInventory(inventory, signal);
  if (!snapshot) return false;
  return inventories.saveMatch({
    artifactId: id,
    scannedAt: artifact.scannedAt,
    vulnerabilities: result.vulnerabilities,
    suppressed: result.suppressed,
    summary: summarise(inventory, result, artifact.os, artifact.scannedAt),
    advisorySnapshot: key,
    reasonOf: reasonOf(inventory.os),
  });
}
