interface MachOOptions {
  readonly bits?: 32 | 64;
  readonly bigEndian?: boolean;
}

const [SEGMENT, SEGMENT_64, UUID] = [0x1, 0x19, 0x1b];
const READ_WRITE = 3;

/** Address of the first byte of the file in the memory of the program. */
export const MACH_O_BASE = 0x1000000;

/**
 * A library for macOS of one writable segment with these sections, each at a multiple of 16, after loader.h of
 * https://github.com/apple-oss-distributions/xnu/tree/main/EXTERNAL_HEADERS/mach-o; it cannot run.
 */
export function buildMachO(
  sections: Readonly<Record<string, Uint8Array>>,
  { bits = 64, bigEndian = false }: MachOOptions = {},
): Buffer {
  const wide = bits === 64;
  const word = (value: number) => {
    const buffer = Buffer.alloc(4);
    if (bigEndian) buffer.writeUInt32BE(value);
    else buffer.writeUInt32LE(value);
    return buffer;
  };
  const long = (value: number) => {
    if (!wide) return word(value);
    return bigEndian ? Buffer.concat([word(0), word(value)]) : Buffer.concat([word(value), word(0)]);
  };
  const name = (text: string) => Buffer.from(text.padEnd(16, '\0'), 'latin1');
  const entries = Object.entries(sections);
  const segmentBytes = wide ? 72 + entries.length * 80 : 56 + entries.length * 68;
  const uuid = Buffer.concat([word(UUID), word(24), Buffer.alloc(16, 7)]);
  let end = align((wide ? 32 : 28) + uuid.byteLength + segmentBytes);
  const offsets = entries.map(([, body]) => {
    const start = end;
    end = align(end + body.byteLength);
    return start;
  });
  const rows = entries.map(([section, body], at) =>
    Buffer.concat([
      ...[name(section), name('__DATA'), long(MACH_O_BASE + (offsets[at] ?? 0)), long(body.byteLength)],
      ...[word(offsets[at] ?? 0), Buffer.alloc(wide ? 28 : 24)],
    ]),
  );
  const segment = Buffer.concat([
    ...[word(wide ? SEGMENT_64 : SEGMENT), word(segmentBytes), name('__DATA'), long(MACH_O_BASE), long(end), long(0)],
    ...[long(end), word(READ_WRITE), word(READ_WRITE), word(entries.length), word(0), ...rows],
  ]);
  const magic = wide ? 0xfeedfacf : 0xfeedface;
  const header = [magic, 0x01000007, 3, 6, 2, uuid.byteLength + segmentBytes, 0, ...(wide ? [0] : [])].map(word);
  const file = Buffer.alloc(end);
  Buffer.concat([...header, uuid, segment]).copy(file);
  for (const [at, [, body]] of entries.entries()) file.set(body, offsets[at]);
  return file;
}

/** Several in one file, as fat.h has them: one for each processor. */
export function buildFatMachO(...slices: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(align(8 + slices.length * 20));
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt32BE(slices.length, 4);
  let offset = head.byteLength;
  for (const [at, slice] of slices.entries()) {
    for (const [field, value] of [7 + at, 3, offset, slice.byteLength, 4].entries())
      head.writeUInt32BE(value, 8 + at * 20 + field * 4);
    offset += slice.byteLength;
  }
  return Buffer.concat([head, ...slices]);
}

const align = (offset: number) => Math.ceil(offset / 16) * 16;
