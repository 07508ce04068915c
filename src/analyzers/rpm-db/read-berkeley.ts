import { DatabaseError } from './database-error.ts';

// Berkeley DB, a hash: https://github.com/berkeleydb/libdb/blob/master/src/dbinc/db_page.h
const HASH_MAGIC = 0x061561;
const META_BYTES = 512;
const PAGE_HEADER_BYTES = 26;
const HASH_UNSORTED = 2;
const OVERFLOW = 7;
const HASH = 13;
/** Kinds of items. */
const KEY_DATA = 1;
const OFF_PAGE = 3;
const OFF_PAGE_BYTES = 12;
/** rpm's record 0 is a counter of 4 bytes. */
const LEAST_HEADER_BYTES = 16;

interface Numbers {
  uint16(at: number): number;
  uint32(at: number): number;
}

/**
 * The values of the hash `Packages`, as rpm had it until 4.16. Pages are read in the order of the file, whatever bucket
 * they belong to. What cannot be read is told to `problem`.
 */
export function* readBerkeley(bytes: Uint8Array, problem: (message: string) => void): Generator<Uint8Array, void> {
  const file = new BerkeleyFile(bytes);
  for (let number = 1; number < file.pageCount; number++) {
    const kind = bytes[number * file.pageSize + 25];
    if (kind === HASH || kind === HASH_UNSORTED) yield* readPage(file, number, problem);
  }
  if (file.isCut) problem('it ends too early');
}

class BerkeleyFile {
  readonly bytes: Uint8Array;
  readonly numbers: Numbers;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly isCut: boolean;
  readonly #taken = new Set<number>();

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const little = bytes.byteLength >= META_BYTES && view.getUint32(12, true) === HASH_MAGIC;
    if (!little && (bytes.byteLength < META_BYTES || view.getUint32(12, false) !== HASH_MAGIC)) {
      throw new DatabaseError('it is no hash of Berkeley DB');
    }
    this.bytes = bytes;
    this.numbers = { uint16: (at) => view.getUint16(at, little), uint32: (at) => view.getUint32(at, little) };
    this.pageSize = this.numbers.uint32(20);
    const powerOfTwo = (this.pageSize & (this.pageSize - 1)) === 0;
    if (this.pageSize < 512 || this.pageSize > 65_536 || !powerOfTwo) {
      throw new DatabaseError('the size of its pages is not valid');
    }
    if (bytes[24] !== 0 || bytes[26] !== 0)
      throw new DatabaseError('it is encrypted or has sums, which we cannot read');
    const pages = this.numbers.uint32(32) + 1;
    this.pageCount = Math.min(pages, Math.floor(bytes.byteLength / this.pageSize));
    this.isCut = pages > this.pageCount;
  }

  /** A value that lies on pages of its own, each of which can be taken once. */
  readOverflow(first: number, total: number): Uint8Array {
    if (total > this.bytes.byteLength) throw new DatabaseError(`a value of ${total} bytes cannot be in it`);
    const parts: Uint8Array[] = [];
    let missing = total;
    for (let number = first; missing > 0; ) {
      const start = number * this.pageSize;
      const isThere = number > 0 && number < this.pageCount && this.bytes[start + 25] === OVERFLOW;
      if (!isThere || this.#taken.has(number)) throw new DatabaseError(`page ${number} cannot be the rest of a value`);
      this.#taken.add(number);
      const length = this.numbers.uint16(start + 22);
      if (length > this.pageSize - PAGE_HEADER_BYTES) throw new DatabaseError(`page ${number} is longer than a page`);
      parts.push(this.bytes.subarray(start + PAGE_HEADER_BYTES, start + PAGE_HEADER_BYTES + length));
      missing -= length;
      number = this.numbers.uint32(start + 16);
    }
    if (missing < 0) throw new DatabaseError('a value is longer than it says');
    return Buffer.concat(parts);
  }
}

/** Offsets of a key, its value, the next key …; items fill the page from its end, each up to the one before it. */
function* readPage(
  file: BerkeleyFile,
  number: number,
  problem: (message: string) => void,
): Generator<Uint8Array, void> {
  const start = number * file.pageSize;
  const count = file.numbers.uint16(start + 20);
  if (PAGE_HEADER_BYTES + 2 * count > file.pageSize) {
    problem(`page ${number} cannot hold ${count} items`);
    return;
  }
  const offsetOf = (item: number) => file.numbers.uint16(start + PAGE_HEADER_BYTES + 2 * item);
  for (let item = 1; item < count; item += 2) {
    try {
      const value = readValue(file, start, offsetOf(item), offsetOf(item - 1));
      if (value.byteLength >= LEAST_HEADER_BYTES) yield value;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(`page ${number}, item ${item}: ${error.message}`);
    }
  }
}

function readValue(file: BerkeleyFile, page: number, from: number, to: number): Uint8Array {
  if (from < PAGE_HEADER_BYTES || to > file.pageSize || from >= to) throw new DatabaseError('it is not on its page');
  const kind = file.bytes[page + from];
  if (kind === KEY_DATA) return file.bytes.subarray(page + from + 1, page + to);
  if (kind !== OFF_PAGE || to - from < OFF_PAGE_BYTES)
    throw new DatabaseError('it is of a kind that rpm does not write');
  return file.readOverflow(file.numbers.uint32(page + from + 4), file.numbers.uint32(page + from + 8));
}
