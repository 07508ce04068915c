import { type Executable, type ExecutablePart, MAX_PARTS } from './executable.ts';

const [MAGIC_32, MAGIC_64] = [0xfeedface, 0xfeedfacf];
const [FAT_32, FAT_64] = [0xcafebabe, 0xcafebabf];
/** Classes of Java begin as fat files do; there, these bytes are a version, of 45 or more. There are some four processors. */
const MAX_SLICES = 8;
const SEGMENT_COMMANDS = new Map([
  [0x1, false],
  [0x19, true],
]);
const VM_PROT_WRITE = 2;
const ZEROFILL = 1;
const NAME_BYTES = 16;

/** Whether a file that begins so may be a program or library for macOS, or several in one. */
export function isMachO(head: Uint8Array): boolean {
  if (head.byteLength < 8) return false;
  const file = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const [big, little, slices] = [file.readUInt32BE(0), file.readUInt32LE(0), file.readUInt32BE(4)];
  if (big === FAT_32 || big === FAT_64) return slices > 0 && slices <= MAX_SLICES;
  return [big, little].some((magic) => magic === MAGIC_32 || magic === MAGIC_64);
}

/**
 * Sections and segments of a program or library for macOS, of each processor that it is for; none when it is none:
 * loader.h and fat.h of https://github.com/apple-oss-distributions/xnu/tree/main/EXTERNAL_HEADERS/mach-o. Parts that lie
 * outside of the file are left out, as in one that was cut off.
 */
export function parseMachO(bytes: Uint8Array): readonly Executable[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isMachO(file)) return [];
  const magic = file.readUInt32BE(0);
  if (magic !== FAT_32 && magic !== FAT_64) return parseSlice(file);
  const wide = magic === FAT_64;
  return Array.from({ length: file.readUInt32BE(4) }, (_, at) => 8 + at * (wide ? 32 : 20)).flatMap((at) => {
    if (at + 24 > file.byteLength) return [];
    const [offset, size] = wide
      ? [file.readBigUInt64BE(at + 8), file.readBigUInt64BE(at + 16)]
      : [BigInt(file.readUInt32BE(at + 8)), BigInt(file.readUInt32BE(at + 12))];
    const slice = partOf(file, offset, size);
    return slice ? parseSlice(slice) : [];
  });
}

function parseSlice(file: Buffer): readonly Executable[] {
  const [big, little] = file.byteLength < 32 ? [0, 0] : [file.readUInt32BE(0), file.readUInt32LE(0)];
  if (![big, little].some((magic) => magic === MAGIC_32 || magic === MAGIC_64)) return [];
  const isBig = big === MAGIC_32 || big === MAGIC_64;
  const reader = new MachOReader(file, isBig);
  const is64 = (isBig ? big : little) === MAGIC_64;
  const sections: ExecutablePart[] = [];
  const segments: Executable['segments'][number][] = [];
  const count = Math.min(reader.word(16), MAX_PARTS);
  for (let at = is64 ? 32 : 28, command = 0; command < count && at + 8 <= file.byteLength; command++) {
    const [kind, size] = [reader.word(at), reader.word(at + 4)];
    if (size < 8 || at + size > file.byteLength) break;
    const wide = SEGMENT_COMMANDS.get(kind);
    if (wide !== undefined && size >= (wide ? 72 : 56)) {
      const segment = readSegment(reader, at, wide);
      if (segment) segments.push(segment);
      sections.push(...readSections(reader, at, size, wide, MAX_PARTS - sections.length));
    }
    at += size;
  }
  return [{ sections, segments }];
}

class MachOReader {
  readonly file: Buffer;
  readonly #big: boolean;

  constructor(file: Buffer, big: boolean) {
    this.file = file;
    this.#big = big;
  }

  word(at: number): number {
    return this.#big ? this.file.readUInt32BE(at) : this.file.readUInt32LE(at);
  }

  /** As wide as an address. */
  long(at: number, wide: boolean): bigint {
    if (!wide) return BigInt(this.word(at));
    return this.#big ? this.file.readBigUInt64BE(at) : this.file.readBigUInt64LE(at);
  }

  name(at: number): string {
    return this.file.toString('latin1', at, at + NAME_BYTES).split('\0', 1)[0] ?? '';
  }
}

function readSegment(reader: MachOReader, at: number, wide: boolean): Executable['segments'][number] | undefined {
  const [offset, size, protection] = wide
    ? [reader.long(at + 40, wide), reader.long(at + 48, wide), reader.word(at + 60)]
    : [reader.long(at + 32, wide), reader.long(at + 36, wide), reader.word(at + 44)];
  const bytes = partOf(reader.file, offset, size);
  const address = reader.long(at + 24, wide);
  return bytes ? { name: '', address, bytes, writable: (protection & VM_PROT_WRITE) !== 0 } : undefined;
}

function readSections(
  reader: MachOReader,
  at: number,
  size: number,
  wide: boolean,
  most: number,
): readonly ExecutablePart[] {
  const [first, width] = wide ? [72, 80] : [56, 68];
  const count = Math.min(reader.word(at + (wide ? 64 : 48)), Math.floor((size - first) / width), most);
  return Array.from({ length: count }, (_, section) => at + first + section * width).flatMap((start) => {
    const [length, offset, flags] = wide
      ? [reader.long(start + 40, wide), reader.word(start + 48), reader.word(start + 64)]
      : [reader.long(start + 36, wide), reader.word(start + 40), reader.word(start + 56)];
    const bytes = (flags & 0xff) === ZEROFILL ? undefined : partOf(reader.file, BigInt(offset), length);
    return bytes ? [{ name: reader.name(start), address: reader.long(start + 32, wide), bytes }] : [];
  });
}

function partOf(file: Buffer, offset: bigint, size: bigint): Buffer | undefined {
  const end = offset + size;
  return end > BigInt(file.byteLength) ? undefined : file.subarray(Number(offset), Number(end));
}
