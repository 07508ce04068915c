import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { AppError } from '../model/app-error.ts';
import { advisoriesFolder, advisoriesPath } from './advisories-path.ts';
import { COMPILE_FOLDER } from './compile.ts';
import { keepSnapshot } from './kept-snapshots.ts';
import { lockFolder } from './lock-folder.ts';
import { checkedPath } from './open.ts';
import { readSnapshot } from './read-snapshot.ts';
import { syncFolder, writeAtomically } from './write-atomically.ts';

export interface Received {
  readonly snapshot: string;
  /** Hex, of the file. */
  readonly sha256: string;
  readonly checkedAt: Date;
  /** Packed as `packPieces` does. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

const MAX_PIECE = 8 * 1024 ** 2;
const decompress = promisify(zstdDecompress);

/**
 * Puts a compilation that another process made into a data folder, as if it had been made there: whole or not at all.
 * @throws AppError blob-corrupt when it is not what its sha256 says, or is no compilation of this version
 */
export async function takeOver(dataDir: string, received: Received, keep: number, signal: AbortSignal): Promise<void> {
  const [folder, target] = [advisoriesFolder(dataDir), advisoriesPath(dataDir)];
  await mkdir(folder, { recursive: true });
  using _lock = await lockFolder(folder, () => undefined, signal);
  await keepSnapshot(dataDir, keep);
  const scratch = await mkdtemp(join(folder, COMPILE_FOLDER));
  try {
    const file = join(scratch, 'advisories.sqlite');
    await write(file, received, signal);
    if (readSnapshot(file)?.id !== received.snapshot) throw corrupt('it is not the snapshot that it is called');
    await rename(file, target);
    await syncFolder(folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  await noteChecked(dataDir, received);
  await keepSnapshot(dataDir, keep);
}

/** What is here was compared with the feeds by another process. */
export async function noteChecked(dataDir: string, at: Pick<Received, 'snapshot' | 'checkedAt'>): Promise<void> {
  const text = JSON.stringify({ id: at.snapshot, checkedAt: at.checkedAt.toISOString() });
  await writeAtomically(checkedPath(advisoriesPath(dataDir)), text);
}

async function write(path: string, { sha256, pieces }: Received, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o644);
  try {
    for await (const packed of pieces) {
      signal.throwIfAborted();
      const piece = await decompress(packed, { maxOutputLength: MAX_PIECE }).catch((error: unknown) => {
        throw corrupt(`a piece cannot be unpacked (${String(error)})`);
      });
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256) throw corrupt('its sha256 is another one');
}

const corrupt = (what: string) =>
  new AppError('blob-corrupt', `The advisories that another process compiled could not be taken over: ${what}.`);
