import { buildElf, ELF_BASE } from './build-elf.ts';

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const SENTINEL = Buffer.alloc(16, '-');

/** Lines as the linker writes them, between sentinels. */
export function goModules(...lines: readonly string[]): Buffer {
  return Buffer.concat([SENTINEL, Buffer.from(lines.map((line) => `${line}\n`).join('')), SENTINEL]);
}

/** The section that Go writes since 1.18. */
export function inlineBuildInfo(goVersion: string, modules: Uint8Array): Buffer {
  const header = Buffer.alloc(32);
  MAGIC.copy(header);
  header[14] = 8;
  header[15] = 2;
  const version = Buffer.from(goVersion);
  return Buffer.concat([header, varint(version.byteLength), version, varint(modules.byteLength), modules]);
}

/** A program as Go wrote it before 1.18: pointers to strings that lie elsewhere in the data. */
export function goProgramOfPointers(
  goVersion: string,
  modules: Uint8Array,
  layout: { readonly bits: 32 | 64; readonly bigEndian: boolean },
): Buffer {
  const size = layout.bits / 8;
  const pointer = (value: number) => {
    const buffer = Buffer.alloc(size);
    if (layout.bigEndian) buffer.writeUInt32BE(value, size - 4);
    else buffer.writeUInt32LE(value, 0);
    return buffer;
  };
  const text = Buffer.from(goVersion);
  // The section begins at the first multiple of 16 behind the headers.
  const start = ELF_BASE + (layout.bits === 64 ? 128 : 96);
  const [headers, texts] = [start + 32, start + 32 + 4 * size];
  const blob = Buffer.alloc(32);
  MAGIC.copy(blob);
  blob[14] = size;
  blob[15] = layout.bigEndian ? 1 : 0;
  pointer(headers).copy(blob, 16);
  pointer(headers + 2 * size).copy(blob, 16 + size);
  const strings = [texts, text.byteLength, texts + text.byteLength, modules.byteLength].map(pointer);
  return buildElf({ '.go.buildinfo': Buffer.concat([blob, ...strings, text, modules]) }, layout);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}
