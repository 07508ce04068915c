import { AppError } from '../model/app-error.ts';
import { fileCapabilities } from './file-capabilities.ts';

export const TAR_BLOCK = 512;

/** The fields of one header block that matter here. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes stored after the header. */
  readonly size: number;
  /** ustar's type flag as a character. */
  readonly type: string;
  readonly target: string;
  readonly capabilities?: readonly string[];
}

/** What a PAX header (`x`) or GNU's `L` and `K` say about the entry after them. */
export interface ExtendedFields {
  readonly name?: string;
  readonly target?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Of a program, as `file-capabilities.ts` names them; absent when it gets none. */
  readonly capabilities?: readonly string[];
  /** GNU's three PAX ways to store a file with holes. */
  readonly sparse?: boolean;
}

const OCTAL = /^[ \0]*([0-7]*)(?:[ \0].*)?$/s;
const DECIMAL = /^\d{1,16}$/;
const INTEGER = /^-?\d{1,10}$/;
const ASCII = /^[\0-\x7f]*$/;

/** True for a block of zeros, two of which end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  if (block[0] !== 0) return false;
  for (let at = 1; at < block.byteLength; at++) if (block[at] !== 0) return false;
  return true;
}

/**
 * Decodes a v7, ustar, PAX or GNU header.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06, https://www.gnu.org/software/tar/manual/html_node/Standard.html
 * @throws AppError `layer-corrupt`
 */
export function parseTarHeader(block: Buffer): TarHeader {
  if (!hasValidChecksum(block))
    throw new AppError('layer-corrupt', 'a tar header has a wrong checksum: this is no tar archive, or a damaged one');
  const name = text(block, 0, 100);
  const prefix = readPrefix(block);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    uid: owner(block, 108),
    gid: owner(block, 116),
    size: number(block, 124, 12),
    type: String.fromCharCode(block[156] ?? 0),
    target: block[157] === 0 ? '' : text(block, 157, 100),
  };
}

/** The folder that did not fit into the name. "ustar\0": POSIX has one; "ustar ": GNU keeps two times there instead. */
function readPrefix(block: Buffer): string {
  if (block[345] === 0) return '';
  const magic = block.toString('latin1', 257, 263);
  if (magic === 'ustar\0') return text(block, 345, 155);
  // Go before 1.8, and Docker with it, wrote a prefix into GNU headers: seen by times that are none.
  if (magic !== 'ustar ' || (isNumber(block, 345) && isNumber(block, 357))) return '';
  const prefix = text(block, 345, 155);
  return ASCII.test(prefix) ? prefix : '';
}

/** Whether a field of 12 bytes holds what `number` reads. */
function isNumber(block: Buffer, start: number): boolean {
  return (block[start] ?? 0) >= 0x80 || OCTAL.test(block.toString('latin1', start, start + 12));
}

/** Old archivers summed the bytes as signed ones; everything but the sum itself is added up. */
function hasValidChecksum(block: Buffer): boolean {
  let sum = 8 * 32;
  let high = 0;
  for (let at = 0; at < TAR_BLOCK; at++) {
    if (at === 148) at = 156;
    const byte = block[at] ?? 0;
    sum += byte;
    high += byte >> 7;
  }
  const stored = octal(block, 148, 8);
  return stored === sum || stored === sum - 256 * high;
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end === -1 || end > start + length ? start + length : end);
}

const NUL = 0x00;
const SPACE = 0x20;

/** The octal number that `OCTAL` finds in a field, 0 when it is empty; byte by byte, because every file has five. */
function octal(block: Buffer, start: number, length: number): number | undefined {
  const end = start + length;
  let at = start;
  while (at < end && (block[at] === SPACE || block[at] === NUL)) at++;
  let value = 0;
  for (; at < end; at++) {
    const byte = block[at] ?? 0;
    if (byte === SPACE || byte === NUL) return value;
    if (byte < 0x30 || byte > 0x37) return undefined;
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

/** Octal, or GNU's base 256 for what octal cannot hold. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first < 0x80) {
    const value = octal(block, start, length);
    if (value === undefined) throw new AppError('layer-corrupt', 'a tar header holds a number that is not octal');
    return value;
  }
  let value = first & 0x7f;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0);
  if (!Number.isSafeInteger(value))
    throw new AppError('layer-corrupt', 'a tar header holds a number that is negative or too large');
  return value;
}

/** A uid or gid. Go takes negative ones in base 256, where others write -1 for nobody; who it is does not matter then. */
function owner(block: Buffer, start: number): number {
  return block[start] === 0xff ? -1 : number(block, start, 8);
}

/** As archivers call the extended attribute of a file. */
const CAPABILITY = 'SCHILY.xattr.security.capability';

function readCapabilities(attribute: Buffer): Pick<ExtendedFields, 'capabilities'> {
  const capabilities = fileCapabilities(attribute);
  return capabilities.length === 0 ? {} : { capabilities };
}

const paxFields: ReadonlyMap<string, 'name' | 'target' | 'size' | 'uid' | 'gid'> = new Map([
  ['path', 'name'],
  ['linkpath', 'target'],
  ['size', 'size'],
  ['uid', 'uid'],
  ['gid', 'gid'],
] as const);

/**
 * The records of a PAX header: `<length> <key>=<value>\n`.
 * @throws AppError `layer-corrupt`
 */
export function parsePax(body: Buffer): ExtendedFields {
  const malformed = () => new AppError('layer-corrupt', 'a PAX header of the tar archive is malformed');
  const fields: { -readonly [key in keyof ExtendedFields]: ExtendedFields[key] } = {};
  let sparseName: string | undefined;
  for (let at = 0; at < body.byteLength; ) {
    const space = body.indexOf(0x20, at);
    const digits = space === -1 ? '' : body.toString('latin1', at, Math.min(space, at + 17));
    const length = DECIMAL.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (space === -1 || end > body.byteLength || end <= space + 1 || body[end - 1] !== 0x0a) throw malformed();
    const record = body.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals <= 0) throw malformed();
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    at = end;
    // The last record of a key counts; an empty value takes the field back.
    const field = paxFields.get(key);
    if (field && value === '') delete fields[field];
    else if (field === 'size') {
      if (!DECIMAL.test(value) || !Number.isSafeInteger(Number(value))) throw malformed();
      fields.size = Number(value);
    } else if (field === 'uid' || field === 'gid') {
      if (!INTEGER.test(value)) throw malformed();
      fields[field] = Number(value);
    } else if (field) fields[field] = value;
    else if (key === CAPABILITY)
      Object.assign(fields, readCapabilities(body.subarray(space + 2 + key.length, end - 1)));
    else if (key.startsWith('GNU.sparse.')) {
      fields.sparse = true;
      if (key === 'GNU.sparse.name' && value !== '') sparseName = value;
    }
  }
  return sparseName === undefined ? fields : { ...fields, name: sparseName };
}

/** The body of GNU's `L` and `K`: a name, ended by NUL; an empty one leaves the header's. */
export function parseLongName(body: Buffer, field: 'name' | 'target'): ExtendedFields {
  const name = text(body, 0, body.byteLength);
  return name === '' ? {} : { [field]: name };
}
