import { open } from 'node:fs/promises';
import { advisoriesPath } from '../advisories/advisories-path.ts';
import { FORMAT } from '../advisories/compile-tables.ts';
import { packPieces, sumFile } from '../advisories/pack-snapshot.ts';
import { readSnapshot } from '../advisories/read-snapshot.ts';
import { noteChecked, takeOver } from '../advisories/take-over.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import type { Turns } from '../scan/create-turns.ts';
import type { PublishedFile, SharedAdvisoryStore } from '../store/shared-advisories.ts';

export interface ExchangeDeps {
  readonly shared: SharedAdvisoryStore;
  readonly turns: Turns;
  readonly dataDir: string;
  /** Compilations that stay in the data folder. */
  readonly keep: number;
}

export interface AdvisoryExchange {
  /** Takes over what another process compiled later, or publishes what is here; returns whether what is here has changed. */
  exchange(signal: AbortSignal): Promise<boolean>;
  /** Does `work` while no other process does, and publishes what has come of it. */
  alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

const TURN = 'advisories';

/**
 * One process asks the feeds and compiles, all others receive the file through the database: what was compiled last
 * counts, whoever did it, so that an import into one data folder reaches all.
 */
export function createAdvisoryExchange({ shared, turns, dataDir, keep }: ExchangeDeps): AdvisoryExchange {
  const path = advisoriesPath(dataDir);

  async function receive(theirs: PublishedFile, signal: AbortSignal): Promise<void> {
    const { snapshot, sha256, checkedAt } = theirs;
    await takeOver(dataDir, { snapshot, sha256, checkedAt, pieces: piecesOf(shared, theirs) }, keep, signal);
  }

  async function publish(signal: AbortSignal): Promise<void> {
    const before = readSnapshot(path);
    const file = await open(path, 'r');
    try {
      const mine = readSnapshot(path);
      // Another one may take its name at any moment: only then is the open file surely the one that is named.
      if (!mine || mine.id !== before?.id) return;
      if (compare(mine, await shared.latest(FORMAT)) !== 'mine') return;
      const sha256 = await sumFile(file, signal);
      const times = { compiledAt: new Date(mine.compiledAt), checkedAt: new Date(mine.checkedAt) };
      await shared.publish({ snapshot: mine.id, format: FORMAT, sha256, ...times }, packPieces(file, signal));
    } finally {
      await file.close();
    }
  }

  async function settle(publishing: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
    const [mine, theirs] = [readSnapshot(path), await shared.latest(FORMAT)];
    const newer = compare(mine, theirs);
    if (newer === 'mine') await publishing(signal);
    if (newer === 'theirs' && theirs) await receive(theirs, signal);
    if (newer === 'none' && mine && theirs) await settleChecks(mine, theirs);
    return newer === 'theirs';
  }

  async function settleChecks(mine: AdvisorySnapshot, theirs: PublishedFile): Promise<void> {
    const checkedAt = new Date(mine.checkedAt);
    if (checkedAt < theirs.checkedAt) await noteChecked(dataDir, theirs);
    if (checkedAt > theirs.checkedAt) await shared.renewChecked(theirs.id, checkedAt);
  }

  async function inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const end = await turns.take(TURN, signal);
    try {
      return await work();
    } finally {
      await end();
    }
  }

  return {
    exchange: (signal) => settle(() => inTurn(() => publish(signal), signal), signal),
    alone: (work, signal) =>
      inTurn(async () => {
        // What cannot be received is no reason to have nothing: what is compiled now takes its place.
        await settle(publish, signal).catch(() => signal.throwIfAborted());
        const result = await work();
        await settle(publish, signal);
        return result;
      }, signal),
  };
}

/** Which was compiled later; `none`: they are the same, or there are none. */
function compare(mine: AdvisorySnapshot | undefined, theirs: PublishedFile | undefined): 'mine' | 'theirs' | 'none' {
  if (mine?.id === theirs?.snapshot) return 'none';
  if (!theirs) return 'mine';
  return mine && Date.parse(mine.compiledAt) >= theirs.compiledAt.getTime() ? 'mine' : 'theirs';
}

async function* piecesOf(shared: SharedAdvisoryStore, { id, pieces }: PublishedFile): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < pieces; number++) {
    const piece = await shared.piece(id, number);
    if (!piece) {
      throw new AppError('blob-corrupt', 'The advisories that were being received have been replaced meanwhile.', {
        retryable: true,
      });
    }
    yield piece;
  }
}
