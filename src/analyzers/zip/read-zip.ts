import { inflateBounded } from './inflate-bounded.ts';

/** One file of a zip archive in memory. */
export interface ZipEntry {
  /** As the archive spells it. */
  readonly name: string;
  /** Bytes when unpacked, as the archive claims. */
  readonly size: number;
  /** The content, or undefined when it is damaged, encrypted or larger than `most`; stored files share the archive's memory. */
  read(most: number): Buffer | undefined;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const END64_LOCATOR = 0x07064b50;
const END64_LOCATOR_BYTES = 20;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const MAX_32 = 0xffffffff;
const EXTRA_64 = 1;

/**
 * The files of an archive by its directory, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, folders left out.
 * A text instead of files says what is wrong with the archive. What lies before the archive, such as a script that starts
 * it, does no harm.
 */
export function readZip(bytes: Uint8Array): Iterable<ZipEntry> | string {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(file);
  if (end === undefined) return 'it is not a zip archive, or breaks off';
  const directory = readEnd(file, end);
  if (directory === undefined || directory.start < 0 || directory.shift < 0)
    return 'the directory of the archive is not where it should be';
  return entriesOf(file, directory);
}

interface Directory {
  readonly start: number;
  readonly end: number;
  /** What has to be added to the offsets in the archive. */
  readonly shift: number;
}

function findEnd(file: Buffer): number | undefined {
  const first = Math.max(0, file.byteLength - END_BYTES - MAX_COMMENT);
  for (let at = file.byteLength - END_BYTES; at >= first; at--) {
    if (file[at] === 0x50 && file.readUInt32LE(at) === END) return at;
  }
  return undefined;
}

function readEnd(file: Buffer, end: number): Directory | undefined {
  const [size, offset] = [file.readUInt32LE(end + 12), file.readUInt32LE(end + 16)];
  if (size !== MAX_32 && offset !== MAX_32) {
    return { start: end - size, end, shift: end - size - offset };
  }
  const locator = end - END64_LOCATOR_BYTES;
  if (locator < END64_BYTES || file.readUInt32LE(locator) !== END64_LOCATOR) return undefined;
  // Its own offset does not know what lies before the archive; it is the last thing before its locator.
  const end64 = locator - END64_BYTES;
  if (file.readUInt32LE(end64) !== END64) return undefined;
  const [size64, offset64] = [Number(file.readBigUInt64LE(end64 + 40)), Number(file.readBigUInt64LE(end64 + 48))];
  return { start: end64 - size64, end: end64, shift: end64 - size64 - offset64 };
}

function* entriesOf(file: Buffer, { start, end, shift }: Directory): Generator<ZipEntry, void> {
  for (let at = start; at + ENTRY_BYTES <= end && file.readUInt32LE(at) === ENTRY; ) {
    const nameEnd = at + ENTRY_BYTES + file.readUInt16LE(at + 28);
    const next = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    if (next > end) return;
    const name = file.toString('utf8', at + ENTRY_BYTES, nameEnd);
    if (!name.endsWith('/')) yield toEntry(file, name, at, shift);
    at = next;
  }
}

function toEntry(file: Buffer, name: string, at: number, shift: number): ZipEntry {
  const [encrypted, method] = [(file.readUInt16LE(at + 8) & ENCRYPTED) !== 0, file.readUInt16LE(at + 10)];
  const { size, packedSize, offset } = sizesOf(file, at);
  const read = (most: number): Buffer | undefined => {
    if (encrypted || size > most) return undefined;
    const local = offset + shift;
    if (local < 0 || local + LOCAL_BYTES > file.byteLength || file.readUInt32LE(local) !== LOCAL) return undefined;
    const start = local + LOCAL_BYTES + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    if (start + packedSize > file.byteLength) return undefined;
    const packed = file.subarray(start, start + packedSize);
    if (method === STORED) return packed.byteLength === size ? packed : undefined;
    const content = method === DEFLATED ? inflateBounded(packed, size, 'raw') : undefined;
    return content?.byteLength === size ? content : undefined;
  };
  return { name, size, read };
}

/** In an archive of zip64 what does not fit into 32 bits follows, in this order, in a field of its own. */
function sizesOf(file: Buffer, at: number) {
  let [packedSize, size, offset] = [file.readUInt32LE(at + 20), file.readUInt32LE(at + 24), file.readUInt32LE(at + 42)];
  if (packedSize !== MAX_32 && size !== MAX_32 && offset !== MAX_32) return { packedSize, size, offset };
  const start = at + ENTRY_BYTES + file.readUInt16LE(at + 28);
  const end = start + file.readUInt16LE(at + 30);
  for (let field = start; field + 4 <= end; field += 4 + file.readUInt16LE(field + 2)) {
    if (file.readUInt16LE(field) !== EXTRA_64) continue;
    let value = field + 4;
    const take = (short: number): number => {
      if (short !== MAX_32 || value + 8 > end) return short;
      value += 8;
      return Number(file.readBigUInt64LE(value - 8));
    };
    size = take(size);
    packedSize = take(packedSize);
    offset = take(offset);
    break;
  }
  return { packedSize, size, offset };
}
