import { type Executable, type ExecutablePart, MAX_PARTS } from './executable.ts';

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const PT_LOAD = 1;
const PF_W = 2;
const SHT_NOBITS = 8;
const MAX_NAME = 64;

export function isElf(head: Uint8Array): boolean {
  return MAGIC.every((byte, at) => head[at] === byte);
}

/**
 * Sections and segments of an ELF file, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html; undefined when
 * it is none. Parts that lie outside of the file are left out, as in one that was cut off.
 */
export function parseElf(bytes: Uint8Array): Executable | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [bits, order] = [file[4], file[5]];
  if (!isElf(file) || (bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) return undefined;
  const reader = new ElfReader(file, bits === 2, order === 2);
  if (file.byteLength < (bits === 2 ? 64 : 52)) return undefined;
  return { sections: readSections(reader), segments: readSegments(reader) };
}

class ElfReader {
  readonly file: Buffer;
  readonly wide: boolean;
  readonly #big: boolean;

  constructor(file: Buffer, wide: boolean, big: boolean) {
    this.file = file;
    this.wide = wide;
    this.#big = big;
  }

  half(at: number): number {
    return this.#big ? this.file.readUInt16BE(at) : this.file.readUInt16LE(at);
  }

  word(at: number): number {
    return this.#big ? this.file.readUInt32BE(at) : this.file.readUInt32LE(at);
  }

  /** As wide as an address. */
  long(at: number): bigint {
    if (!this.wide) return BigInt(this.word(at));
    return this.#big ? this.file.readBigUInt64BE(at) : this.file.readBigUInt64LE(at);
  }

  part(offset: bigint, size: bigint): Buffer | undefined {
    const end = offset + size;
    if (end > BigInt(this.file.byteLength)) return undefined;
    return this.file.subarray(Number(offset), Number(end));
  }

  /** Where each entry of a table starts. */
  entries(offset: bigint, entrySize: number, count: number, least: number): readonly number[] {
    if (entrySize < least) return [];
    const number = Math.min(count, MAX_PARTS);
    const starts: number[] = [];
    for (let at = 0; at < number; at++) {
      const start = offset + BigInt(at * entrySize);
      if (start + BigInt(least) > BigInt(this.file.byteLength)) break;
      starts.push(Number(start));
    }
    return starts;
  }
}

function readSegments(reader: ElfReader): Executable['segments'] {
  const { wide } = reader;
  const [offset, entrySize, count] = wide
    ? [reader.long(32), reader.half(54), reader.half(56)]
    : [reader.long(28), reader.half(42), reader.half(44)];
  return reader.entries(offset, entrySize, count, wide ? 56 : 32).flatMap((start) => {
    if (reader.word(start) !== PT_LOAD) return [];
    const [flags, from, address, size] = wide
      ? [reader.word(start + 4), reader.long(start + 8), reader.long(start + 16), reader.long(start + 32)]
      : [reader.word(start + 24), reader.long(start + 4), reader.long(start + 8), reader.long(start + 16)];
    const bytes = reader.part(from, size);
    return bytes ? [{ name: '', address, bytes, writable: (flags & PF_W) !== 0 }] : [];
  });
}

function readSections(reader: ElfReader): readonly ExecutablePart[] {
  const { wide } = reader;
  const [offset, entrySize, count, namesAt] = wide
    ? [reader.long(40), reader.half(58), reader.half(60), reader.half(62)]
    : [reader.long(32), reader.half(46), reader.half(48), reader.half(50)];
  const starts = reader.entries(offset, entrySize, count, wide ? 64 : 40);
  const bytesOf = (start: number) =>
    wide
      ? reader.part(reader.long(start + 24), reader.long(start + 32))
      : reader.part(reader.long(start + 16), reader.long(start + 20));
  const namesStart = starts[namesAt];
  const names = namesStart === undefined ? undefined : bytesOf(namesStart);
  return starts.flatMap((start) => {
    if (reader.word(start + 4) === SHT_NOBITS) return [];
    const bytes = bytesOf(start);
    if (!bytes) return [];
    const address = reader.long(start + (wide ? 16 : 12));
    return [{ name: nameAt(names, reader.word(start)), address, bytes }];
  });
}

function nameAt(names: Buffer | undefined, at: number): string {
  const text = names?.subarray(at, at + MAX_NAME).toString('latin1') ?? '';
  return text.split('\0', 1)[0] ?? '';
}
