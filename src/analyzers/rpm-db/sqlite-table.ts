import { byteAt, uint16, uint32 } from './big-endian.ts';
import { DatabaseError } from './database-error.ts';
import type { SqlitePages } from './sqlite-pages.ts';

const INTERIOR = 0x05;
const LEAF = 0x0d;
/** The first page begins with the header of the database. */
const DATABASE_HEADER_BYTES = 100;
const SAFE_HIGH_BITS = 2 ** 46; // seven more bits than these are still exact

/**
 * The records of a table, by its root page; what cannot be read is told to `problem`, and the rest goes on.
 * https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
export function* readTable(
  pages: SqlitePages,
  root: number,
  problem: (message: string) => void,
): Generator<Uint8Array, void> {
  const left = [root];
  for (let number = left.pop(); number !== undefined; number = left.pop()) {
    try {
      const page = pages.take(number);
      const start = number === 1 ? DATABASE_HEADER_BYTES : 0;
      const kind = byteAt(page, start);
      if (kind === INTERIOR) left.push(...childrenOf(page, start).reverse());
      else if (kind === LEAF) yield* readLeaf(pages, page, start, number, problem);
      else throw new DatabaseError(`page ${number} is not of a table`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(error.message);
    }
  }
}

function childrenOf(page: Uint8Array, start: number): number[] {
  const cells = cellsOf(page, start, 12);
  return [...cells.map((cell) => uint32(page, cell)), uint32(page, start + 8)];
}

function cellsOf(page: Uint8Array, start: number, headerBytes: number): readonly number[] {
  const count = uint16(page, start + 3);
  const pointers = start + headerBytes;
  if (pointers + 2 * count > page.byteLength) throw new DatabaseError(`a page cannot hold ${count} cells`);
  return Array.from({ length: count }, (_, at) => uint16(page, pointers + 2 * at));
}

function* readLeaf(
  pages: SqlitePages,
  page: Uint8Array,
  start: number,
  number: number,
  problem: (message: string) => void,
): Generator<Uint8Array, void> {
  let bytesLeft = page.byteLength;
  for (const cell of cellsOf(page, start, 8)) {
    try {
      const { local, total, next } = readCell(page, cell, pages.usable);
      bytesLeft -= local.byteLength;
      if (bytesLeft < 0) throw new DatabaseError(`cells of page ${number} lie over each other`);
      yield next === undefined ? local : withOverflow(pages, local, total, next);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(`page ${number}: ${error.message}`);
      if (bytesLeft < 0) return;
    }
  }
}

interface Cell {
  /** What lies on the page itself. */
  readonly local: Uint8Array;
  readonly total: number;
  /** Where the rest begins. */
  readonly next?: number;
}

/** Length, row id, then the record or its beginning: https://www.sqlite.org/fileformat2.html#cell_payload */
function readCell(page: Uint8Array, at: number, usable: number): Cell {
  const length = readVarint(page, at);
  const rowId = readVarint(page, length.end);
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rest = least + ((length.value - least) % (usable - 4));
  const fits = length.value <= most;
  const end = rowId.end + (fits ? length.value : rest <= most ? rest : least);
  if (end > page.byteLength) throw new DatabaseError('a record leads out of its page');
  const local = page.subarray(rowId.end, end);
  return { local, total: length.value, ...(fits ? {} : { next: uint32(page, end) }) };
}

function withOverflow(pages: SqlitePages, local: Uint8Array, total: number, first: number): Uint8Array {
  if (total > pages.pageCount * pages.usable) throw new DatabaseError(`a record of ${total} bytes cannot be in it`);
  const parts = [local];
  let missing = total - local.byteLength;
  for (let number = first; missing > 0; ) {
    const page = pages.take(number);
    const part = page.subarray(4, Math.min(page.byteLength, 4 + missing));
    parts.push(part);
    missing -= part.byteLength;
    number = uint32(page, 0);
  }
  return Buffer.concat(parts);
}

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** Seven bits a byte, the ninth byte whole: https://www.sqlite.org/fileformat2.html#varint */
export function readVarint(bytes: Uint8Array, at: number): Varint {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = byteAt(bytes, at + index);
    if (value >= SAFE_HIGH_BITS) throw new DatabaseError('a number is too large');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  throw new DatabaseError('a number is too large');
}
