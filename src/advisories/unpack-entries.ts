import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import type { Entry } from 'yauzl';
import { AppError } from '../model/app-error.ts';
import type { FileWindow } from './file-window.ts';

/** A file of a zip archive. */
export interface ZipEntry {
  /** As the archive spells it, a long one without its middle: for messages and its ending, never a path. */
  readonly name: string;
  /** An AppError when it is damaged or too large. */
  readonly content: Buffer | AppError;
}

/** Reads some files of an archive at once; one that is damaged, or has more than `maxBytes`, does not spoil the others. */
export function unpackEntries(file: FileWindow, entries: readonly Entry[], maxBytes: number): readonly ZipEntry[] {
  const found = entries.map((entry) => locate(file, entry, maxBytes));
  const inflated = inflateTogether(
    found.filter((each) => !('content' in each) && each.method === DEFLATED) as Packed[],
  );
  return found.map((each) =>
    'content' in each ? each : { name: each.name, content: unpack(each, inflated.get(each)) },
  );
}

/** The bytes of an entry, as they lie in the archive. */
interface Packed {
  readonly name: string;
  readonly method: number;
  readonly bytes: Buffer;
  /** Unpacked. */
  readonly size: number;
  readonly crc32: number;
}

const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_MAGIC = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

function locate(file: FileWindow, entry: Entry, maxBytes: number): Packed | ZipEntry {
  const name = shorten(entry.fileNameRaw.toString('utf8'));
  const { compressionMethod: method, compressedSize, uncompressedSize: size, relativeOffsetOfLocalHeader: at } = entry;
  const refuse = (code: 'limit-exceeded' | 'blob-corrupt', message: string) => ({
    name,
    content: new AppError(code, `${name} ${message}`),
  });
  if (Math.max(compressedSize, size) > maxBytes) {
    return refuse('limit-exceeded', `has ${size} bytes, more than ${maxBytes}`);
  }
  if (entry.isEncrypted() || (method !== STORED && method !== DEFLATED)) {
    return refuse('blob-corrupt', `is packed in a way that we do not read (method ${method})`);
  }
  const header = file.read(at, LOCAL_HEADER_BYTES);
  if (header?.readUInt32LE(0) !== LOCAL_HEADER_MAGIC) return refuse('blob-corrupt', 'has no local header');
  const start = at + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = file.read(start, compressedSize);
  if (!bytes) return refuse('blob-corrupt', 'lies beyond the end of the archive');
  return { name, method, bytes, size, crc32: entry.crc32 };
}

const MAX_NAME = 200;
const MAX_ENDING = 20;

function shorten(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - MAX_ENDING)}…${name.slice(-MAX_ENDING)}`;
}

function unpack(packed: Packed, inflated: Buffer | undefined): Buffer | AppError {
  const { name, method, bytes, size } = packed;
  try {
    const content = method === STORED ? bytes : (inflated ?? inflateRawSync(bytes, roomFor(size)));
    if (content.length === size && crc32(content) === packed.crc32) return content;
    return new AppError('blob-corrupt', `${name} does not have the size and checksum that the archive states`);
  } catch (error) {
    return new AppError('blob-corrupt', `${name} cannot be unpacked`, { cause: error });
  }
}

const MIN_CHUNK_BYTES = 64; // what zlib asks for

/** One byte more than it should give: it then ends in one piece, without a copy, and too much is noticed. */
const roomFor = (size: number) => ({ maxOutputLength: size + 1, chunkSize: Math.max(size + 1, MIN_CHUNK_BYTES) });

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, DEFLATED, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * Between gzip's header and trailer, what a zip archive deflates is a gzip file, and several in a row are one: small ones
 * cost a third this way of what they cost one by one. Nothing when any of them is damaged.
 */
function inflateTogether(all: readonly Packed[]): ReadonlyMap<Packed, Buffer> {
  const size = all.reduce((sum, each) => sum + each.size, 0);
  const row = Buffer.concat(all.flatMap((each) => [GZIP_HEADER, each.bytes, gzipTrailer(each)]));
  try {
    const content = gunzipSync(row, roomFor(size));
    let start = 0;
    return new Map(
      all.map((each) => {
        const own = content.subarray(start, start + each.size);
        start += each.size;
        return [each, own];
      }),
    );
  } catch {
    return new Map();
  }
}

/** RFC 1952. */
function gzipTrailer({ crc32, size }: Packed): Buffer {
  const trailer = Buffer.allocUnsafe(8);
  trailer.writeUInt32LE(crc32, 0);
  trailer.writeUInt32LE(size, 4);
  return trailer;
}
