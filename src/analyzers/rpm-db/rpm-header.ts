import { DatabaseError } from './database-error.ts';

/** Tags of https://github.com/rpm-software-management/rpm/blob/master/include/rpm/rpmtag.h */
export const Tag = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularityLabel: 5096,
} as const;
type Tag = (typeof Tag)[keyof typeof Tag];

const INTRO_BYTES = 8;
const ENTRY_BYTES = 16;
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
// Limits of rpm itself, lib/header.c.
const MAX_ENTRIES = 0xffff;
const MAX_DATA_BYTES = 0x0fffffff;
/** Of one tag; the largest packages have some 100,000 files. */
const MAX_COUNT = 1_000_000;

const wanted: ReadonlySet<number> = new Set(Object.values(Tag));

interface Entry {
  readonly type: number;
  readonly start: number;
  readonly count: number;
}

/**
 * What a package's header says: its entries (tag, type, offset, count), then their data, all big-endian. Only what is asked
 * for is decoded. https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
export class RpmHeader {
  readonly #bytes: Buffer;
  readonly #entries = new Map<number, Entry>();

  /** @throws DatabaseError when it is not one */
  constructor(blob: Uint8Array) {
    const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
    if (bytes.byteLength < INTRO_BYTES) throw new DatabaseError('a header ends too early');
    const [entries, dataBytes] = [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
    const data = INTRO_BYTES + entries * ENTRY_BYTES;
    if (entries > MAX_ENTRIES || dataBytes > MAX_DATA_BYTES || data + dataBytes > bytes.byteLength) {
      throw new DatabaseError('a header is longer than its place');
    }
    this.#bytes = bytes.subarray(0, data + dataBytes);
    for (let at = INTRO_BYTES; at < data; at += ENTRY_BYTES) {
      const tag = bytes.readUInt32BE(at);
      const start = data + bytes.readUInt32BE(at + 8);
      // Of two with one tag the later one counts: what rpm itself added when it installed the package.
      if (wanted.has(tag))
        this.#entries.set(tag, { type: bytes.readUInt32BE(at + 4), start, count: bytes.readUInt32BE(at + 12) });
    }
  }

  /** Undefined when there is none. */
  text(tag: Tag): string | undefined {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return undefined;
    if (entry.type !== STRING) throw new DatabaseError(`tag ${tag} is not a text`);
    return this.#strings(tag, { ...entry, count: 1 })[0];
  }

  texts(tag: Tag): readonly string[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return [];
    if (entry.type !== STRING_ARRAY && entry.type !== STRING) throw new DatabaseError(`tag ${tag} is no list of texts`);
    return this.#strings(tag, entry);
  }

  numbers(tag: Tag): readonly number[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined) return [];
    const { type, start, count } = entry;
    if (type !== INT32 || count > MAX_COUNT || start + 4 * count > this.#bytes.byteLength) {
      throw new DatabaseError(`tag ${tag} is no list of numbers`);
    }
    return Array.from({ length: count }, (_, at) => this.#bytes.readUInt32BE(start + 4 * at));
  }

  /** So many texts, each with a NUL behind it. */
  #strings(tag: Tag, { start, count }: Entry): readonly string[] {
    if (count > MAX_COUNT) throw new DatabaseError(`tag ${tag} has ${count} texts, more than any real package`);
    let end = start;
    for (let left = count; left > 0; left--) {
      const nul = end < this.#bytes.byteLength ? this.#bytes.indexOf(0, end) : -1;
      if (nul < 0) throw new DatabaseError(`tag ${tag} has fewer texts than it says`);
      end = nul + 1;
    }
    return count === 0 ? [] : this.#bytes.toString('utf8', start, end - 1).split('\0');
  }
}
