import { AppError } from '../model/app-error.ts';

export const TAR_BLOCK = 512;

/** The fields of one header block that matter here. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  /** Bytes stored after the header. */
  readonly size: number;
  /** ustar's type flag as a character. */
  readonly type: string;
  readonly target: string;
}

/** What a PAX header (`x`) or GNU's `L` and `K` say about the entry after them. */
export interface ExtendedFields {
  readonly name?: string;
  readonly target?: string;
  readonly size?: number;
  /** GNU's three PAX ways to store a file with holes. */
  readonly sparse?: boolean;
}

const OCTAL = /^[ \0]*([0-7]*)(?:[ \0].*)?$/s;
const DECIMAL = /^\d{1,16}$/;

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
  // "ustar\0": POSIX has a prefix; "ustar ": GNU keeps other things there.
  const prefix = block[345] !== 0 && block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    size: number(block, 124, 12),
    type: String.fromCharCode(block[156] ?? 0),
    target: block[157] === 0 ? '' : text(block, 157, 100),
  };
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
  const stored = Number.parseInt(OCTAL.exec(block.toString('latin1', 148, 156))?.[1] ?? '', 8);
  return stored === sum || stored === sum - 256 * high;
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end === -1 || end > start + length ? start + length : end);
}

/** Octal, or GNU's base 256 for what octal cannot hold. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first < 0x80) {
    const octal = OCTAL.exec(block.toString('latin1', start, start + length))?.[1];
    if (octal === undefined) throw new AppError('layer-corrupt', 'a tar header holds a number that is not octal');
    return octal === '' ? 0 : Number.parseInt(octal, 8);
  }
  let value = first & 0x7f;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0);
  if (!Number.isSafeInteger(value))
    throw new AppError('layer-corrupt', 'a tar header holds a number that is negative or too large');
  return value;
}

/**
 * The records of a PAX header: `<length> <key>=<value>\n`.
 * @throws AppError `layer-corrupt`
 */
export function parsePax(body: Buffer): ExtendedFields {
  const malformed = () => new AppError('layer-corrupt', 'a PAX header of the tar archive is malformed');
  const fields: { -readonly [key in keyof ExtendedFields]: ExtendedFields[key] } = {};
  for (let at = 0; at < body.byteLength; ) {
    const space = body.indexOf(0x20, at);
    const digits = space === -1 ? '' : body.toString('latin1', at, Math.min(space, at + 17));
    const length = DECIMAL.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (end > body.byteLength || end <= space + 1 || body[end - 1] !== 0x0a) throw malformed();
    const record = body.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals <= 0) throw malformed();
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    at = end;
    // An empty value takes a field back.
    if (value === '') continue;
    if (key === 'path') fields.name = value;
    else if (key === 'linkpath') fields.target = value;
    else if (key === 'size') {
      if (!DECIMAL.test(value) || !Number.isSafeInteger(Number(value))) throw malformed();
      fields.size = Number(value);
    } else if (key.startsWith('GNU.sparse.')) {
      fields.sparse = true;
      if (key === 'GNU.sparse.name') fields.name = value;
    }
  }
  return fields;
}

/** The body of GNU's `L` and `K`: a name, ended by NUL. */
export function parseLongName(body: Buffer): string {
  return text(body, 0, body.byteLength);
}
