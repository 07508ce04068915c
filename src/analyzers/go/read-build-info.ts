import type { Executable, ExecutablePart } from '../executables/executable.ts';

/** What the linker of Go wrote into a program about how it was built. */
export interface GoBuildInfo {
  /** `go1.20.3`, `devel go1.21-0a1b2c3 …`; '' when it is not told. */
  readonly goVersion: string;
  /** Lines of tab-separated fields; '' for a program that was built without modules. */
  readonly modules: string;
}

/** With this begins what the linker wrote. */
export const GO_MARK = '\xff Go buildinf:';

const MAGIC = Buffer.from(GO_MARK, 'latin1');
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const POINTER_SIZE = 14;
const FLAGS = 15;
const BIG_ENDIAN = 1;
const INLINE = 2;
/** Longer is no version; the modules of the largest programs take some 200 KB. */
const MAX_VERSION_BYTES = 256;
const MAX_MODULES_BYTES = 16 * 1024 ** 2;
/** On both sides of the modules, so that they can be found in a running program. */
const SENTINEL_BYTES = 16;

/** Parts that lie over each other must not cost more than the largest file. */
const MAX_SEARCHED_BYTES = 512 * 1024 ** 2;
/** In ELF and in Mach-O; a PE has none of its own. */
const OWN_SECTIONS = ['.go.buildinfo', '__go_buildinfo'];

/**
 * The build information of a Go program or library, found as https://pkg.go.dev/debug/buildinfo does: in its own section,
 * else, where that table was stripped or is none, in the writable segments. A text says what is wrong with it, undefined
 * that there is none.
 */
export function readBuildInfo({ sections, segments }: Executable): GoBuildInfo | string | undefined {
  const own = sections.filter(({ name }) => OWN_SECTIONS.includes(name));
  const places = own.length > 0 ? own : segments.filter(({ writable }) => writable);
  let searched = 0;
  for (const { bytes: place } of places) {
    searched += place.byteLength;
    if (searched > MAX_SEARCHED_BYTES)
      return 'its parts lie over each other: not all were searched for build information';
    const at = findMagic(place);
    if (at === undefined) continue;
    const blob = place.subarray(at);
    if (blob.byteLength < HEADER_BYTES) return 'its build information breaks off';
    return ((blob[FLAGS] ?? 0) & INLINE) === 0 ? readPointers(blob, segments) : readInline(blob);
  }
  return undefined;
}

function findMagic(place: Buffer): number | undefined {
  for (let at = place.indexOf(MAGIC); at !== -1; at = place.indexOf(MAGIC, at + 1)) if (at % ALIGNMENT === 0) return at;
  return undefined;
}

/** Since Go 1.18: two texts with their lengths, right after the header. */
function readInline(blob: Buffer): GoBuildInfo | string {
  const version = readText(blob, HEADER_BYTES, MAX_VERSION_BYTES);
  if (!version) return 'the Go version in its build information breaks off';
  const modules = readText(blob, version.end, MAX_MODULES_BYTES);
  if (!modules) return 'the modules in its build information break off';
  return { goVersion: version.text, modules: withoutSentinels(modules.bytes) };
}

function readText(blob: Buffer, start: number, most: number) {
  let length = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = blob[at++];
    if (byte === undefined || shift > 28) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > most || at + length > blob.byteLength) return undefined;
  const bytes = blob.subarray(at, at + length);
  return { bytes, text: bytes.toString('utf8'), end: at + length };
}

/** Before: the addresses of two strings, each an address and a length. */
function readPointers(blob: Buffer, segments: readonly ExecutablePart[]): GoBuildInfo | string {
  const size = blob[POINTER_SIZE];
  if (size !== 4 && size !== 8) return 'its build information has pointers of an impossible size';
  const big = ((blob[FLAGS] ?? 0) & BIG_ENDIAN) !== 0;
  const number = (from: Buffer, at: number): bigint => {
    if (size === 4) return BigInt(big ? from.readUInt32BE(at) : from.readUInt32LE(at));
    return big ? from.readBigUInt64BE(at) : from.readBigUInt64LE(at);
  };
  const textAt = (address: bigint, most: number): Buffer | undefined => {
    const header = memoryAt(address, BigInt(2 * size), segments);
    if (!header) return undefined;
    const length = number(header, size);
    return length > BigInt(most) ? undefined : memoryAt(number(header, 0), length, segments);
  };
  const goVersion = textAt(number(blob, 16), MAX_VERSION_BYTES);
  if (!goVersion) return 'the Go version that its build information points to is not there';
  const modulesAddress = number(blob, 16 + size);
  const modules = modulesAddress === 0n ? Buffer.alloc(0) : textAt(modulesAddress, MAX_MODULES_BYTES);
  if (!modules) return 'the modules that its build information points to are not there';
  return { goVersion: goVersion.toString('utf8'), modules: withoutSentinels(modules) };
}

function memoryAt(address: bigint, length: bigint, segments: readonly ExecutablePart[]): Buffer | undefined {
  for (const segment of segments) {
    const start = address - segment.address;
    if (start < 0n || start + length > BigInt(segment.bytes.byteLength)) continue;
    return segment.bytes.subarray(Number(start), Number(start + length));
  }
  return undefined;
}

function withoutSentinels(modules: Buffer): string {
  const end = modules.byteLength - SENTINEL_BYTES;
  return end > SENTINEL_BYTES && modules[end - 1] === 0x0a ? modules.toString('utf8', SENTINEL_BYTES, end) : '';
}
