interface ElfOptions {
  readonly bits?: 32 | 64;
  readonly bigEndian?: boolean;
  /** Leaves the table of sections out, as `sstrip` does. */
  readonly withoutSections?: boolean;
}

/** Address of the first byte of the file in the memory of the program. */
export const ELF_BASE = 0x400000;

/** A program of these sections, which one writable segment loads, each at a multiple of 16; it cannot run. */
export function buildElf(
  sections: Readonly<Record<string, Uint8Array>>,
  { bits = 64, bigEndian = false, withoutSections = false }: ElfOptions = {},
): Buffer {
  const wide = bits === 64;
  const number = (value: number, bytes: 2 | 4 | 8) => {
    const buffer = Buffer.alloc(bytes);
    const at = bytes === 8 && bigEndian ? 4 : 0;
    const size = Math.min(bytes, 4);
    if (bigEndian) buffer.writeUIntBE(value, at, size);
    else buffer.writeUIntLE(value, at, size);
    return buffer;
  };
  const half = (value: number) => number(value, 2);
  const word = (value: number) => number(value, 4);
  const long = (value: number) => number(value, wide ? 8 : 4);

  const [headerSize, segmentSize, sectionSize] = wide ? [64, 56, 64] : [52, 32, 40];
  const names = ['', ...Object.keys(sections), '.shstrtab'];
  const nameTable = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const bodies = [...Object.values(sections), nameTable];
  let end = align(headerSize + segmentSize);
  const offsets = bodies.map((body) => {
    const start = end;
    end = align(end + body.byteLength);
    return start;
  });
  const tableAt = end;
  const count = withoutSections ? 0 : names.length;

  const ident = Buffer.alloc(16);
  ident.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, bigEndian ? 2 : 1, 1]);
  const header = Buffer.concat([
    ...[ident, half(2), half(62), word(1), long(ELF_BASE), long(headerSize), long(count === 0 ? 0 : tableAt), word(0)],
    ...[headerSize, segmentSize, 1, sectionSize, count, Math.max(0, count - 1)].map(half),
  ]);
  const loaded = [long(0), long(ELF_BASE), long(ELF_BASE), long(tableAt), long(tableAt)];
  const segment = wide ? [word(1), word(6), ...loaded, long(16)] : [word(1), ...loaded, word(6), word(16)];
  const rows = names.map((name, at) => {
    const [offset = 0, body] = at === 0 ? [] : [offsets[at - 1], bodies[at - 1]];
    const nameAt = names.slice(0, at).join('\0').length + (at === 0 ? 0 : 1);
    const type = name === '' ? 0 : name === '.shstrtab' ? 3 : 1;
    const place = [long(0), long(offset === 0 ? 0 : ELF_BASE + offset), long(offset), long(body?.byteLength ?? 0)];
    return Buffer.concat([word(nameAt), word(type), ...place, word(0), word(0), long(16), long(0)]);
  });

  const file = Buffer.alloc(tableAt + (count === 0 ? 0 : rows.length * sectionSize));
  Buffer.concat([header, ...segment]).copy(file);
  for (const [at, body] of bodies.entries()) file.set(body, offsets[at]);
  if (count > 0) Buffer.concat(rows).copy(file, tableAt);
  return file;
}

const align = (offset: number) => Math.ceil(offset / 16) * 16;
