import { closeSync, fstatSync, openSync } from 'node:fs';
import yauzl from 'yauzl';
import { AppError } from '../model/app-error.ts';
import { FileWindow } from './file-window.ts';
import { unpackEntries, type ZipEntry } from './unpack-entries.ts';

const MiB = 1024 * 1024;

export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  /** Unpacked over packed, for the whole archive. */
  readonly maxRatio: number;
}

/** OSV.dev's biggest archive (npm, 2026) has some 230 000 entries and 1 GiB; JSON packs 10 to 20 times. */
export const defaultZipLimits: ZipLimits = {
  maxEntries: 3_000_000,
  maxEntryBytes: 32 * MiB,
  maxTotalBytes: 32 * 1024 * MiB,
  maxRatio: 200,
};
const RATIO_FREE_BYTES = 64 * MiB; // small archives may pack as well as they like

const MAX_BATCH_ENTRIES = 256;
const MAX_BATCH_BYTES = 256 * 1024; // unpacked; a larger entry comes alone

/**
 * The files of a zip archive in the order of its directory, some at a time; nothing is written to disk. Reads synchronously,
 * so it belongs in a worker thread. Throws an AppError when the archive is not a zip, or beyond its limits.
 */
export async function* readZip(
  path: string,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<readonly ZipEntry[]> {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const file = new FileWindow(fd);
    const zip = await yauzl.fromRandomAccessReaderPromise(new WindowReader(fd), size, {
      decodeStrings: false, // names are not used, so odd ones do no harm
      autoClose: false,
    });
    if (zip.entryCount > limits.maxEntries) throw tooLarge(path, `${zip.entryCount} entries`);
    let entries = 0;
    let total = 0;
    let batch: yauzl.Entry[] = [];
    let batchBytes = 0;
    for await (const entry of zip.eachEntry()) {
      entries++;
      total += entry.uncompressedSize;
      if (entries > limits.maxEntries) throw tooLarge(path, `more than ${limits.maxEntries} entries`);
      if (total > limits.maxTotalBytes) throw tooLarge(path, `more than ${limits.maxTotalBytes} bytes unpacked`);
      if (total > RATIO_FREE_BYTES && total > size * limits.maxRatio) {
        throw tooLarge(path, `${total} bytes unpacked from ${size}`);
      }
      if (entry.fileNameRaw.at(-1) === SLASH) continue;
      if (batch.length === MAX_BATCH_ENTRIES || batchBytes + entry.uncompressedSize > MAX_BATCH_BYTES) {
        yield unpackEntries(file, batch, limits.maxEntryBytes);
        batch = [];
        batchBytes = 0;
      }
      batch.push(entry);
      batchBytes += entry.uncompressedSize;
    }
    yield unpackEntries(file, batch, limits.maxEntryBytes);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError('blob-corrupt', `${path} is not a readable zip archive: ${message}`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

const SLASH = 0x2f; // ends the name of a folder

function tooLarge(path: string, what: string): AppError {
  return new AppError('limit-exceeded', `${path} has ${what}: refused as a possible zip bomb`);
}

/** For yauzl, which reads the directory a few dozen bytes at a time. */
class WindowReader extends yauzl.RandomAccessReader {
  readonly #file: FileWindow;

  constructor(fd: number) {
    super();
    this.#file = new FileWindow(fd);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    try {
      const bytes = this.#file.read(position, length);
      bytes?.copy(buffer, offset);
      process.nextTick(callback, bytes ? null : new Error('unexpected end of file'));
    } catch (error) {
      process.nextTick(callback, error);
    }
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null); // the descriptor belongs to readZip
  }
}
