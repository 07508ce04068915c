import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { AppError } from '../model/app-error.ts';

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

export interface ZipEntry {
  /** As the archive spells it, a long one without its middle: for messages and its ending, never a path. */
  readonly name: string;
  /** Throws an AppError when this entry is damaged or too large; the next ones may still be fine. */
  read(): Buffer;
}

/**
 * The files of a zip archive in the order of its directory; nothing is written to disk. Reads synchronously, so it
 * belongs in a worker thread. Throws an AppError when the archive is not a zip, or beyond its limits.
 */
export async function* readZip(path: string, limits: ZipLimits = defaultZipLimits): AsyncGenerator<ZipEntry> {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const files = new FileWindow(fd);
    const zip = await yauzl.fromRandomAccessReaderPromise(new WindowReader(fd), size, {
      decodeStrings: false, // names are not used, so odd ones do no harm
      autoClose: false,
    });
    if (zip.entryCount > limits.maxEntries) throw tooLarge(path, `${zip.entryCount} entries`);
    let entries = 0;
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      entries++;
      total += entry.uncompressedSize;
      if (entries > limits.maxEntries) throw tooLarge(path, `more than ${limits.maxEntries} entries`);
      if (total > limits.maxTotalBytes) throw tooLarge(path, `more than ${limits.maxTotalBytes} bytes unpacked`);
      if (total > RATIO_FREE_BYTES && total > size * limits.maxRatio) {
        throw tooLarge(path, `${total} bytes unpacked from ${size}`);
      }
      const name = shorten(entry.fileNameRaw.toString('utf8'));
      if (!name.endsWith('/')) yield { name, read: () => readEntry(files, entry, name, limits) };
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError('blob-corrupt', `${path} is not a readable zip archive: ${message}`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

const MAX_NAME = 200;
const MAX_ENDING = 20;

function shorten(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - MAX_ENDING)}…${name.slice(-MAX_ENDING)}`;
}

function tooLarge(path: string, what: string): AppError {
  return new AppError('limit-exceeded', `${path} has ${what}: refused as a possible zip bomb`);
}

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_MAGIC = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

function readEntry(file: FileWindow, entry: yauzl.Entry, name: string, limits: ZipLimits): Buffer {
  const { compressionMethod: method, compressedSize, uncompressedSize } = entry;
  if (Math.max(compressedSize, uncompressedSize) > limits.maxEntryBytes) {
    throw new AppError('limit-exceeded', `${name} has ${uncompressedSize} bytes, more than ${limits.maxEntryBytes}`);
  }
  if (entry.isEncrypted() || (method !== STORED && method !== DEFLATED)) {
    throw new AppError('blob-corrupt', `${name} is packed in a way that we do not read (method ${method})`);
  }
  const header = readExactly(file, LOCAL_HEADER_BYTES, entry.relativeOffsetOfLocalHeader, name);
  if (header.readUInt32LE(0) !== LOCAL_HEADER_MAGIC) throw new AppError('blob-corrupt', `${name} has no local header`);
  const start =
    entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = readExactly(file, compressedSize, start, name);
  const content = method === STORED ? Buffer.from(packed) : inflate(packed, uncompressedSize, name);
  if (content.length !== uncompressedSize || crc32(content) !== entry.crc32) {
    throw new AppError('blob-corrupt', `${name} does not have the size and checksum that the archive states`);
  }
  return content;
}

const MIN_CHUNK_BYTES = 64; // what zlib asks for

function inflate(packed: Buffer, size: number, name: string): Buffer {
  try {
    // One byte more than it should give: it then ends in one piece, without a copy, and too much is noticed.
    return inflateRawSync(packed, { maxOutputLength: size + 1, chunkSize: Math.max(size + 1, MIN_CHUNK_BYTES) });
  } catch (error) {
    throw new AppError('blob-corrupt', `${name} cannot be unpacked`, { cause: error });
  }
}

/** A view that the next call may overwrite. */
function readExactly(file: FileWindow, length: number, position: number, name: string): Buffer {
  const bytes = file.read(position, length);
  if (!bytes) throw new AppError('blob-corrupt', `${name} lies beyond the end of the archive`);
  return bytes;
}

const MIN_WINDOW_BYTES = 4096;
const MAX_WINDOW_BYTES = MiB;

/** A file that is read in small pieces: little is read ahead, and more the longer they follow each other. */
class FileWindow {
  readonly #fd: number;
  #window = Buffer.alloc(0);
  #start = 0;
  #size = MIN_WINDOW_BYTES;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A view that the next call may overwrite; undefined beyond the end of the file. */
  read(position: number, length: number): Buffer | undefined {
    if (position < this.#start || position + length > this.#start + this.#window.length) this.#move(position, length);
    const at = position - this.#start;
    return at + length <= this.#window.length ? this.#window.subarray(at, at + length) : undefined;
  }

  #move(position: number, length: number): void {
    const gap = position - this.#start - this.#window.length;
    const follows = gap > -this.#window.length && gap <= MIN_WINDOW_BYTES;
    this.#size = follows ? Math.min(this.#size * 4, MAX_WINDOW_BYTES) : MIN_WINDOW_BYTES;
    const window = Buffer.allocUnsafe(Math.max(length, this.#size));
    this.#window = window.subarray(0, readSync(this.#fd, window, 0, window.length, position));
    this.#start = position;
  }
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
