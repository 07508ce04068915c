import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Values of a header by tag; a text, or lists of texts or numbers. */
export type RpmTags = Readonly<Record<number, string | readonly string[] | readonly number[]>>;

const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;

/** A header as rpm's databases hold it: https://rpm-software-management.github.io/rpm/manual/format_header.html */
export function rpmHeader(tags: RpmTags): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of Object.entries(tags)) {
    const type = typeof value === 'string' ? STRING : typeof value[0] === 'number' ? INT32 : STRING_ARRAY;
    const list = typeof value === 'string' ? [value] : value;
    const bytes = Buffer.concat(
      list.map((each) => (typeof each === 'number' ? uint32(each) : Buffer.from(`${each}\0`))),
    );
    const gap = type === INT32 ? -offset & 3 : 0;
    index.push(Buffer.concat([Number(tag), type, offset + gap, list.length].map(uint32)));
    data.push(Buffer.alloc(gap), bytes);
    offset += gap + bytes.byteLength;
  }
  return Buffer.concat([uint32(index.length), uint32(offset), ...index, ...data]);
}

/** The table that rpm keeps, in pages as small as there are, with the rows of `later` in a log that is not merged. */
export function toSqlite(
  headers: readonly Buffer[],
  later?: readonly Buffer[],
): { readonly main: Buffer; readonly log: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'rpmdb-'));
  const path = join(folder, 'rpmdb.sqlite');
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    database.exec('CREATE TABLE IF NOT EXISTS Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)');
    const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
    for (const header of headers) insert.run(header);
    if (later === undefined) database.exec('PRAGMA journal_mode = DELETE');
    else database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    for (const header of later ?? []) insert.run(header);
    return { main: readFileSync(path), log: later === undefined ? Buffer.alloc(0) : readFileSync(`${path}-wal`) };
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

const SLOT_PAGE_BYTES = 4096;
const BLOCK_BYTES = 16;

/**
 * rpm's ndb, written by what the reference implementation reads, as Debian's rpm has none:
 * https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c. The sum behind a blob is left out.
 */
export function toNdb(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(SLOT_PAGE_BYTES);
  slots.write('RpmP', 0, 'latin1');
  slots.writeUInt32LE(1, 8); // generation
  slots.writeUInt32LE(1, 12); // pages of slots
  slots.writeUInt32LE(headers.length + 1, 16); // next package
  for (let at = 32; at < SLOT_PAGE_BYTES; at += 16) slots.write('Slot', at, 'latin1');
  const blobs: Buffer[] = [];
  let block = SLOT_PAGE_BYTES / BLOCK_BYTES;
  for (const [at, header] of headers.entries()) {
    const blocks = Math.ceil((16 + header.byteLength + 12) / BLOCK_BYTES);
    const blob = Buffer.alloc(blocks * BLOCK_BYTES);
    blob.write('BlbS', 0, 'latin1');
    blob.writeUInt32LE(at + 1, 4);
    blob.writeUInt32LE(1, 8);
    blob.writeUInt32LE(header.byteLength, 12);
    header.copy(blob, 16);
    blob.write('BlbE', blob.byteLength - 4, 'latin1');
    const slot = 32 + at * 16;
    slots.writeUInt32LE(at + 1, slot + 4);
    slots.writeUInt32LE(block, slot + 8);
    slots.writeUInt32LE(blocks, slot + 12);
    blobs.push(blob);
    block += blocks;
  }
  return Buffer.concat([slots, ...blobs]);
}

/** Whether Berkeley DB's own tool is here. */
export const hasBerkeley = spawnSync('db5.3_load', ['-V']).status === 0;

/** A hash made by Berkeley DB itself; record 0 is rpm's counter. */
export function toBerkeley(headers: readonly Buffer[], options: { readonly bigEndian?: boolean } = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'rpmdb-'));
  const path = join(folder, 'Packages');
  const records = [Buffer.from([headers.length, 0, 0, 0]), ...headers].map(
    (value, at) => ` ${uint32LE(at).toString('hex')}\n ${value.toString('hex')}\n`,
  );
  const order = options.bigEndian ? 'db_lorder=4321\n' : '';
  const input = `VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=512\n${order}HEADER=END\n${records.join('')}DATA=END\n`;
  try {
    execFileSync('db5.3_load', [path], { input });
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint32LE(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
