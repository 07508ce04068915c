/** Address of the program in memory, unless it is moved. */
export const PE_BASE = 0x140000000;
const ALIGNMENT = 512;
const PAGE = 0x1000;
const DIRECTORIES = 16;
const READ_WRITE_DATA = 0xc0000040;

interface PeOptions {
  readonly bits?: 32 | 64;
  /** With the directory that only code for .NET has. */
  readonly managed?: boolean;
}

/**
 * A library for Windows of these sections, all writable, https://learn.microsoft.com/en-us/windows/win32/debug/pe-format; it
 * cannot run. What is stored is filled up to whole blocks, as linkers do.
 */
export function buildPe(
  sections: Readonly<Record<string, Uint8Array>>,
  { bits = 64, managed = false }: PeOptions = {},
): Buffer {
  const wide = bits === 64;
  const start = 128;
  const optionalBytes = (wide ? 112 : 96) + DIRECTORIES * 8;
  const entries = Object.entries(sections);
  const table = start + 24 + optionalBytes;
  const bodiesAt = align(table + entries.length * 40);
  const file = Buffer.alloc(bodiesAt + entries.reduce((sum, [, body]) => sum + align(body.byteLength), 0));
  file.write('MZ', 0);
  file.writeUInt32LE(start, 0x3c);
  file.write('PE\0\0', start);
  file.writeUInt16LE(wide ? 0x8664 : 0x14c, start + 4);
  file.writeUInt16LE(entries.length, start + 6);
  file.writeUInt16LE(optionalBytes, start + 20);
  const optional = start + 24;
  file.writeUInt16LE(wide ? 0x20b : 0x10b, optional);
  if (wide) file.writeBigUInt64LE(BigInt(PE_BASE), optional + 24);
  else file.writeUInt32LE(PE_BASE % 2 ** 32, optional + 28);
  const directories = optional + (wide ? 112 : 96);
  file.writeUInt32LE(DIRECTORIES, directories - 4);
  if (managed) file.writeUInt32LE(PAGE, directories + 14 * 8);
  let offset = bodiesAt;
  for (const [at, [name, body]] of entries.entries()) {
    const row = table + at * 40;
    file.write(name.slice(0, 8), row, 'latin1');
    const fields = [body.byteLength, peAddress(at), align(body.byteLength), offset];
    for (const [field, value] of fields.entries()) file.writeUInt32LE(value, row + 8 + field * 4);
    file.writeUInt32LE(READ_WRITE_DATA, row + 36);
    file.set(body, offset);
    offset += align(body.byteLength);
  }
  return file;
}

/** Where the section of this number lies, counted from the base: sections of up to a MiB. */
export const peAddress = (section: number): number => PAGE + section * 1024 ** 2;

const align = (size: number) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;
