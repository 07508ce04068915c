import { byteAt, uint32 } from './big-endian.ts';

/** What a log that was not merged lays over a database. */
export interface Wal {
  readonly pageSize: number;
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** How many pages the database has after the last transaction. */
  readonly pageCount: number;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682; // its last bit says in which order the sums read bytes

/**
 * The transactions of a write-ahead log that were finished, as sqlite itself takes them: all up to the first frame whose
 * salt or sum is not right. Undefined when there are none. https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function readWal(bytes: Uint8Array): Wal | undefined {
  if (bytes.byteLength < HEADER_BYTES || (uint32(bytes, 0) & ~1) >>> 0 !== MAGIC) return undefined;
  const sum = checksum(bytes.subarray(0, 24), { one: 0, two: 0 }, (byteAt(bytes, 3) & 1) === 1);
  const pageSize = uint32(bytes, 8);
  if (!isPageSize(pageSize) || !isSum(bytes, 24, sum)) return undefined;
  return readFrames(bytes, pageSize, sum);
}

/** A power of two from 512 to 65,536. */
export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

function readFrames(bytes: Uint8Array, pageSize: number, headerSum: Sum): Wal | undefined {
  const bigEndian = (byteAt(bytes, 3) & 1) === 1;
  const pages = new Map<number, Uint8Array>();
  let finished: Wal | undefined;
  let open: [number, Uint8Array][] = [];
  let sum = headerSum;
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageSize <= bytes.byteLength; ) {
    const page = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + pageSize);
    sum = checksum(page, checksum(bytes.subarray(at, at + 8), sum, bigEndian), bigEndian);
    const salted = uint32(bytes, at + 8) === uint32(bytes, 16) && uint32(bytes, at + 12) === uint32(bytes, 20);
    if (!salted || !isSum(bytes, at + 16, sum)) break;
    open.push([uint32(bytes, at), page]);
    const pageCount = uint32(bytes, at + 4);
    if (pageCount > 0) {
      for (const [number, content] of open) pages.set(number, content);
      open = [];
      finished = { pageSize, pages, pageCount };
    }
    at += FRAME_HEADER_BYTES + pageSize;
  }
  return finished;
}

interface Sum {
  readonly one: number;
  readonly two: number;
}

/** `bytes` has a multiple of 8. */
function checksum(bytes: Uint8Array, { one, two }: Sum, bigEndian: boolean): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [first, second] = [one, two];
  for (let at = 0; at + 8 <= bytes.byteLength; at += 8) {
    first = (first + view.getUint32(at, !bigEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, !bigEndian) + first) >>> 0;
  }
  return { one: first, two: second };
}

function isSum(bytes: Uint8Array, at: number, { one, two }: Sum): boolean {
  return uint32(bytes, at) === one && uint32(bytes, at + 4) === two;
}
