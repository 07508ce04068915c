import { Readable } from 'node:stream';
import { AppError } from '../model/app-error.ts';
import { ChunkCursor } from './chunk-cursor.ts';
import type { FileEntry, FileStat, LayerEntry, LayerLimits } from './layer-entry.ts';
import { normalisePath, parentOf } from './normalise-path.ts';
import type { Scratch } from './scratch.ts';
import {
  type ExtendedFields,
  isZeroBlock,
  parseLongName,
  parsePax,
  parseTarHeader,
  TAR_BLOCK,
  type TarHeader,
} from './tar-header.ts';

/** As Go's archive/tar, which engines unpack with: a name or a PAX header is never larger. */
const MAX_EXTENDED_BYTES = 1024 ** 2;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** What aufs kept beside whiteouts (`.wh..wh.plnk`); engines skip it. */
const AUFS_OWN = '.wh..wh.';

/** Type flags of headers that describe the next entry, and of entries that never have a body, whatever their size says. */
const extendedTypes = ['x', 'g', 'L', 'K'];
const regular = ['0', '\0', '7'];
const bodiless = ['1', '2', '3', '4', '5', '6'];

const none: ExtendedFields = {};

type TarLimits = Pick<LayerLimits, 'maxEntries' | 'maxPathBytes'>;

/**
 * The entries of an uncompressed layer, in order, until the end-of-archive mark; what follows it is left unread, as
 * engines do. Own reader instead of tar-stream, which reads on after the mark (so that what is hidden there would
 * change the result), takes sparse files for nothing and makes a stream per entry. Where tar's dialects disagree it
 * reads as Go's archive/tar does, because Docker and containerd unpack with it.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md
 * @throws AppError `layer-corrupt`, `limit-exceeded`
 */
export async function* tarEntries(
  chunks: AsyncIterator<Uint8Array>,
  limits: TarLimits,
  scratch?: Scratch,
): AsyncGenerator<LayerEntry, void> {
  const cursor = new ChunkCursor(chunks, scratch);
  let pax: ExtendedFields = none;
  let gnu: ExtendedFields = none;
  for (let headers = 0; ; headers++) {
    const block = cursor.takeNow(TAR_BLOCK) ?? (await cursor.take(TAR_BLOCK));
    if (block.byteLength === 0 || (isZeroBlock(block) && (await isEnd(cursor)))) return;
    if (headers >= limits.maxEntries)
      throw new AppError(
        'limit-exceeded',
        `the layer has more than ${limits.maxEntries} entries (PLIMSOLL_MAX_ENTRIES)`,
      );
    if (block.byteLength < TAR_BLOCK) throw truncated();
    const header = parseTarHeader(block);

    if (extendedTypes.includes(header.type)) {
      const bytes = await readExtended(cursor, header);
      if (header.type === 'x') pax = parsePax(bytes);
      else if (header.type === 'L') gnu = { ...gnu, ...parseLongName(bytes, 'name') };
      else if (header.type === 'K') gnu = { ...gnu, ...parseLongName(bytes, 'target') };
      // Engines read a global header as an entry of its own, which ends what was said before it.
      else pax = gnu = none;
      continue;
    }
    const described = pax === none && gnu === none ? header : { ...header, ...pax, ...gnu };
    const body = new TarBody(cursor, bodiless.includes(header.type) ? 0 : described.size);
    const entry = toEntry(described, pax.sparse ?? false, body, limits);
    pax = none;
    gnu = none;
    if (header.type === 'S') await skipSparseMap(cursor, block);
    if (entry) yield entry;
    if (!body.finishNow()) await body.finish();
  }
}

/** After one zero block: another one or the end of the stream ends the archive; anything else is damage. */
async function isEnd(cursor: ChunkCursor): Promise<boolean> {
  const second = await cursor.take(TAR_BLOCK);
  if (isZeroBlock(second) || second.byteLength === 0) return true;
  throw new AppError('layer-corrupt', 'the tar archive goes on after a block of zeros');
}

async function readExtended(cursor: ChunkCursor, { size }: TarHeader): Promise<Buffer> {
  if (size > MAX_EXTENDED_BYTES) {
    throw new AppError(
      'limit-exceeded',
      `a name or PAX header of the layer takes more than ${MAX_EXTENDED_BYTES} bytes`,
    );
  }
  const body = new TarBody(cursor, size);
  const bytes = await body.bytes();
  await body.finish();
  return bytes;
}

/** GNU's old sparse format continues its map in blocks of their own, which `size` does not count. */
async function skipSparseMap(cursor: ChunkCursor, header: Buffer): Promise<void> {
  for (let more = header[482] !== 0; more; ) {
    const block = await cursor.take(TAR_BLOCK);
    if (block.byteLength < TAR_BLOCK) throw truncated();
    more = block[504] !== 0;
  }
}

function toEntry(header: TarHeader, sparse: boolean, body: TarBody, limits: TarLimits): LayerEntry | undefined {
  const normalised = normalisePath(header.name, limits.maxPathBytes);
  if ('problem' in normalised) return problem(header, normalised.problem);
  const { path } = normalised;
  // Before ustar a slash was all that told a directory.
  const isDirectory = header.type === '5' || (header.type === '\0' && header.name.endsWith('/'));
  if (path === '') return isDirectory ? undefined : problem(header, 'the entry would replace the root');

  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.startsWith(WHITEOUT)) return toWhiteout(header, path, name);
  if (isDirectory) return { type: 'directory', path, stat: toStat(path, 0, header) };
  if (sparse || header.type === 'S') {
    // Engines fill its holes: there is a file, and what is between the holes nobody here sees.
    return { type: 'irregular', path, what: 'a sparse file', hasContent: body.size > 0 };
  }
  if (regular.includes(header.type)) return new TarFile(toStat(path, body.size, header), body);
  if (header.type === '2') return { type: 'link', path, target: header.target, hard: false };
  if (header.type !== '1') return { type: 'irregular', path, what: whatIs(header.type), hasContent: false };
  const target = normalisePath(header.target, limits.maxPathBytes);
  return 'problem' in target
    ? problem(header, `of the hard link's target, ${target.problem}`)
    : { type: 'link', path, target: target.path, hard: true };
}

const toStat = (path: string, size: number, { mode, uid, gid, capabilities }: TarHeader): FileStat =>
  capabilities ? { path, size, mode, uid, gid, capabilities } : { path, size, mode, uid, gid };

function toWhiteout(header: TarHeader, path: string, name: string): LayerEntry | undefined {
  const folder = parentOf(path);
  if (name === OPAQUE) return { type: 'opaque', path: folder };
  if (name.startsWith(AUFS_OWN)) return undefined;
  const removed = name.slice(WHITEOUT.length);
  if (removed === '' || removed === '.' || removed === '..') return problem(header, 'the whiteout names no file');
  return { type: 'whiteout', path: folder === '' ? removed : `${folder}/${removed}` };
}

/** A class, because a getter of an object's own takes longer to make than the whole rest of an entry. */
class TarFile implements FileEntry {
  readonly type = 'file';
  readonly stat: FileStat;
  readonly #body: TarBody;

  constructor(stat: FileStat, body: TarBody) {
    this.stat = stat;
    this.#body = body;
  }

  get offset(): number {
    return this.#body.offset;
  }

  get content(): Readable {
    return Readable.from(this.#body.parts(), { objectMode: false });
  }

  bytes(seen?: (part: Uint8Array) => void | Promise<void>): Promise<Uint8Array> {
    return this.#body.bytes(seen);
  }

  bytesNow(): Uint8Array | undefined {
    return this.#body.bytesNow();
  }

  parts(): AsyncGenerator<Uint8Array, void> {
    return this.#body.parts();
  }

  head(length: number): Promise<Uint8Array> {
    return this.#body.head(length);
  }
}

function whatIs(type: string): string {
  if (type === '3' || type === '4') return 'a device';
  return type === '6' ? 'a fifo' : `an entry of the unknown type ${JSON.stringify(type)}`;
}

function problem({ name }: TarHeader, message: string): LayerEntry {
  const cause = message.includes('longer than') ? 'limit-exceeded' : 'layer-corrupt';
  return { type: 'problem', path: name.slice(0, 200).replaceAll('\0', '\\0'), cause, message };
}

const truncated = () => new AppError('layer-corrupt', 'the tar archive breaks off in the middle');

/** What lies between one header and the next. */
class TarBody {
  readonly size: number;
  readonly offset: number;
  readonly #cursor: ChunkCursor;
  #remaining: number;
  #reading: Promise<Buffer> | undefined;

  constructor(cursor: ChunkCursor, size: number) {
    this.#cursor = cursor;
    this.size = size;
    this.#remaining = size;
    this.offset = cursor.position;
  }

  async bytes(seen?: (part: Uint8Array) => void | Promise<void>): Promise<Buffer> {
    const bytes = await this.#cursor.take(this.#remaining, seen);
    if (bytes.byteLength < this.#remaining) throw truncated();
    this.#remaining = 0;
    return bytes;
  }

  bytesNow(): Buffer | undefined {
    const bytes = this.#cursor.takeNow(this.#remaining);
    if (bytes) this.#remaining = 0;
    return bytes;
  }

  head(length: number): Promise<Buffer> {
    return this.#cursor.peek(Math.min(length, this.#remaining));
  }

  async *parts(): AsyncGenerator<Buffer, void> {
    while (this.#remaining > 0) {
      this.#reading = this.#part();
      yield await this.#reading;
    }
  }

  /** Passes over the rest and its padding when both are at hand: no promise for the many small files nobody wants. */
  finishNow(): boolean {
    if (this.#reading || !this.#cursor.skipNow(this.#remaining + this.#padding())) return false;
    this.#remaining = 0;
    return true;
  }

  async finish(): Promise<void> {
    // A stream that was destroyed may still have a read under way.
    await this.#reading;
    const left = this.#remaining;
    this.#remaining = 0;
    if (!(await this.#cursor.skip(left))) throw truncated();
    // The last padding may be missing; nothing depends on it.
    await this.#cursor.skip(this.#padding());
  }

  async #part(): Promise<Buffer> {
    const part = await this.#cursor.takeSome(this.#remaining);
    if (part === undefined) throw truncated();
    this.#remaining -= part.byteLength;
    return part;
  }

  #padding(): number {
    return (TAR_BLOCK - (this.size % TAR_BLOCK)) % TAR_BLOCK;
  }
}
