import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Digest } from '../src/model/digest.ts';

/** Content with its address, ready to be served or pointed at. */
export interface BuiltBlob {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
}

export interface BuiltLayer extends BuiltBlob {
  /** Digest of the uncompressed tar. */
  readonly diffId: Digest;
}

/** One tar header and its body as they are to be written, hostile ones included. */
export interface TarEntry {
  readonly path: string;
  /** ustar's type flag: `0` file, `1` hard link, `2` symlink, `3` device, `5` directory, `6` fifo. */
  readonly type: string;
  readonly content?: Uint8Array;
  readonly target?: string;
  readonly mode?: number;
}

/** Builds a layer entry by entry, in order; the same calls give the same bytes. */
export interface LayerBuilder {
  file(path: string, content: string | Uint8Array, options?: { readonly mode?: number }): LayerBuilder;
  dir(path: string): LayerBuilder;
  symlink(path: string, target: string): LayerBuilder;
  /** `target` is the path of an earlier entry, as tar writes it. */
  hardlink(path: string, target: string): LayerBuilder;
  /** Removes `path` of the lower layers: writes `.wh.<name>` beside it. */
  whiteout(path: string): LayerBuilder;
  /** Hides what lower layers have in `dir`. */
  opaque(dir: string): LayerBuilder;
  /** Anything tar can say. */
  entry(entry: TarEntry): LayerBuilder;
  tar(): BuiltLayer;
  gzip(): BuiltLayer;
  zstd(): BuiltLayer;
}

const BLOCK = 512;
const MAX_USTAR_NAME = 100;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// One time for everything, so that digests never change: 2024-01-01T00:00:00Z.
const MODIFIED_SECONDS = 1_704_067_200;

export function layer(): LayerBuilder {
  const entries: TarEntry[] = [];
  const add = (entry: TarEntry): LayerBuilder => {
    entries.push(entry);
    return builder;
  };
  const build = (mediaType: string, compress: (tar: Buffer) => Uint8Array): BuiltLayer => {
    const tar = toTar(entries);
    return { ...toBlob(mediaType, compress(tar)), diffId: digestOf(tar) };
  };
  const builder: LayerBuilder = {
    file: (path, content, { mode = 0o644 } = {}) => add({ path, type: '0', content: Buffer.from(content), mode }),
    dir: (path) => add({ path: path.endsWith('/') ? path : `${path}/`, type: '5', mode: 0o755 }),
    symlink: (path, target) => add({ path, type: '2', target, mode: 0o777 }),
    hardlink: (path, target) => add({ path, type: '1', target }),
    whiteout: (path) => {
      const at = path.lastIndexOf('/') + 1;
      return add({ path: `${path.slice(0, at)}.wh.${path.slice(at)}`, type: '0' });
    },
    opaque: (dir) => add({ path: `${dir === '' ? '' : `${dir}/`}.wh..wh..opq`, type: '0' }),
    entry: add,
    tar: () => build('application/vnd.oci.image.layer.v1.tar', (tar) => tar),
    gzip: () => build('application/vnd.oci.image.layer.v1.tar+gzip', (tar) => gzipSync(tar)),
    zstd: () => build('application/vnd.oci.image.layer.v1.tar+zstd', (tar) => zstdCompressSync(tar)),
  };
  return builder;
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function toBlob(mediaType: string, bytes: Uint8Array): BuiltBlob {
  return { bytes, digest: digestOf(bytes), mediaType, size: bytes.byteLength };
}

/** A POSIX tar with its two closing blocks: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
export function toTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(toRecords), Buffer.alloc(2 * BLOCK)]);
}

function toRecords(entry: TarEntry): readonly Uint8Array[] {
  const content = entry.content ?? Buffer.alloc(0);
  const extended = paxRecords(entry);
  const before =
    extended.byteLength === 0 ? [] : [header({ path: 'PaxHeader', type: 'x' }, extended.byteLength), padded(extended)];
  return [...before, header(entry, content.byteLength), padded(content)];
}

/** What ustar's fields cannot hold: long and non-ASCII names. */
function paxRecords({ path, target = '' }: TarEntry): Buffer {
  const needed = (text: string) => text.length > MAX_USTAR_NAME || !PRINTABLE_ASCII.test(text);
  return Buffer.from(
    (needed(path) ? paxRecord('path', path) : '') + (needed(target) ? paxRecord('linkpath', target) : ''),
  );
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (bytes + String(length).length !== length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header({ path, type, target = '', mode = 0o644 }: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(path.slice(0, MAX_USTAR_NAME), 0, MAX_USTAR_NAME);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(MODIFIED_SECONDS, 11), 136);
  block.write('        ', 148);
  block.write(type, 156, 1);
  block.write(target.slice(0, MAX_USTAR_NAME), 157, MAX_USTAR_NAME);
  block.write('ustar\x0000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)}\0 `, 148);
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

function padded(content: Uint8Array): Buffer {
  const result = Buffer.alloc(Math.ceil(content.byteLength / BLOCK) * BLOCK);
  result.set(content);
  return result;
}
