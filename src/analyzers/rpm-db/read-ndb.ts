import { DatabaseError } from './database-error.ts';

// rpm's own database in one file, all numbers little-endian: a page or more of slots, then blobs in blocks of 16 bytes.
const FILE_MAGIC = 'RpmP';
const SLOT_MAGIC = 'Slot';
const BLOB_MAGIC = 'BlbS';
const PAGE_BYTES = 4096;
const SLOT_BYTES = 16;
/** The file's own header takes the place of the first two slots. */
const FIRST_SLOT = 2;
const BLOCK_BYTES = 16;
const BLOB_HEADER_BYTES = 16;

/**
 * The headers in `Packages.db`, an "ndb" of rpm, as SUSE has. What cannot be read is told to `problem`.
 * https://github.com/rpm-software-management/rpm/blob/master/lib/backend/ndb/rpmpkg.c
 */
export function* readNdb(bytes: Uint8Array, problem: (message: string) => void): Generator<Uint8Array, void> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.byteLength < 32 || !hasMagic(file, 0, FILE_MAGIC)) throw new DatabaseError('it is no ndb of rpm');
  const version = file.readUInt32LE(4);
  if (version !== 0) throw new DatabaseError(`version ${version} of ndb is not known`);
  const slotBytes = file.readUInt32LE(12) * PAGE_BYTES;
  if (slotBytes > file.byteLength) throw new DatabaseError('it ends within its slots');
  let bytesLeft = file.byteLength;
  for (let at = FIRST_SLOT * SLOT_BYTES; at < slotBytes; at += SLOT_BYTES) {
    try {
      const blob = readBlob(file, at);
      if (blob === undefined) continue;
      bytesLeft -= blob.byteLength;
      if (bytesLeft < 0) throw new DatabaseError('its blobs lie over each other');
      yield blob;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      problem(`slot ${at / SLOT_BYTES - FIRST_SLOT}: ${error.message}`);
      if (bytesLeft < 0) return;
    }
  }
}

/** Undefined for a slot that is free. */
function readBlob(file: Buffer, slot: number): Buffer | undefined {
  if (!hasMagic(file, slot, SLOT_MAGIC)) throw new DatabaseError('it does not begin as a slot');
  const index = file.readUInt32LE(slot + 4);
  if (index === 0) return undefined;
  const start = file.readUInt32LE(slot + 8) * BLOCK_BYTES;
  const end = start + file.readUInt32LE(slot + 12) * BLOCK_BYTES;
  if (end > file.byteLength || end - start < BLOB_HEADER_BYTES) throw new DatabaseError('its blob is not in the file');
  if (!hasMagic(file, start, BLOB_MAGIC) || file.readUInt32LE(start + 4) !== index) {
    throw new DatabaseError('its blob is another one');
  }
  const length = file.readUInt32LE(start + 12);
  if (length > end - start - BLOB_HEADER_BYTES) throw new DatabaseError('its blob is longer than its place');
  return file.subarray(start + BLOB_HEADER_BYTES, start + BLOB_HEADER_BYTES + length);
}

function hasMagic(file: Buffer, at: number, magic: string): boolean {
  return file.toString('latin1', at, at + magic.length) === magic;
}
