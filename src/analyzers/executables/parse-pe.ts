import { type Executable, MAX_PARTS } from './executable.ts';

const SIGNATURE = 0x00004550; // PE\0\0
const SIGNATURE_AT = 0x3c;
const COFF_BYTES = 20;
const SECTION_BYTES = 40;
const NAME_BYTES = 8;
const PE32 = 0x10b;
const PE32_PLUS = 0x20b;
const CLR_HEADER = 14;
const MEM_WRITE = 0x80000000;

/** Whether a file that begins so may be a program or library of machine code for Windows; code for .NET is none. */
export function isPe(head: Uint8Array): boolean {
  if (head[0] !== 0x4d || head[1] !== 0x5a || head.byteLength <= SIGNATURE_AT + 4) return false;
  const file = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const start = file.readUInt32LE(SIGNATURE_AT);
  // Headers may begin further behind the program for DOS than is seen here.
  if (start + 4 + COFF_BYTES > file.byteLength) return true;
  return file.readUInt32LE(start) === SIGNATURE && !isManaged(file, start + 4 + COFF_BYTES);
}

/** The data directory of code for .NET is there in its libraries only. */
function isManaged(file: Buffer, optional: number): boolean {
  if (optional + 2 > file.byteLength) return false;
  const directories = optional + (file.readUInt16LE(optional) === PE32_PLUS ? 112 : 96);
  const at = directories + CLR_HEADER * 8;
  if (at + 4 > file.byteLength) return false;
  return file.readUInt32LE(directories - 4) > CLR_HEADER && file.readUInt32LE(at) !== 0;
}

/**
 * Sections of a program or library for Windows, https://learn.microsoft.com/en-us/windows/win32/debug/pe-format; undefined
 * when it is none. They are what is loaded, too. Those that lie outside of the file are left out, as in one that was cut off.
 */
export function parsePe(bytes: Uint8Array): Executable | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isPe(file)) return undefined;
  const start = file.readUInt32LE(SIGNATURE_AT) + 4;
  const optional = start + COFF_BYTES;
  if (optional + 32 > file.byteLength) return undefined;
  const kind = file.readUInt16LE(optional);
  if (kind !== PE32 && kind !== PE32_PLUS) return undefined;
  const base = kind === PE32_PLUS ? file.readBigUInt64LE(optional + 24) : BigInt(file.readUInt32LE(optional + 28));
  const table = optional + file.readUInt16LE(start + 16);
  const count = Math.min(file.readUInt16LE(start + 2), MAX_PARTS);
  const segments: Executable['segments'][number][] = [];
  for (
    let at = table;
    at < table + count * SECTION_BYTES && at + SECTION_BYTES <= file.byteLength;
    at += SECTION_BYTES
  ) {
    const name = file.toString('latin1', at, at + NAME_BYTES).split('\0', 1)[0] ?? '';
    const [used, address, stored, offset] = [8, 12, 16, 20].map((field) => file.readUInt32LE(at + field));
    // What is stored is filled up to whole blocks; what is used may go on in memory alone.
    const end = (offset ?? 0) + Math.min(stored ?? 0, used || (stored ?? 0));
    if (offset === undefined || address === undefined || end > file.byteLength) continue;
    const writable = (file.readUInt32LE(at + 36) & MEM_WRITE) !== 0;
    segments.push({ name, address: base + BigInt(address), bytes: file.subarray(offset, end), writable });
  }
  return { sections: segments, segments };
}
