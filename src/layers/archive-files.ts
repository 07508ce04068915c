import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../model/app-error.ts';
import { checkUnpacked, decompress, detectCompression } from './decompress.ts';
import { defaultLayerLimits } from './layer-entry.ts';
import { normalisePath, parentOf } from './normalise-path.ts';
import { openUnnamedFile } from './open-unnamed-file.ts';
import { tarEntries } from './tar-entries.ts';

/** One file of an archive, to be read as often as needed. */
export interface ArchiveFile {
  readonly size: number;
  open(): Readable;
}

/** The files of an image on disk: a folder, or a tar file that is read in place. */
export interface ArchiveFiles {
  /** Undefined when there is no such regular file. */
  find(path: string): Promise<ArchiveFile | undefined>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;
const limits = { ...defaultLayerLimits, maxEntries: 100_000 };
/** Old `docker save` links equal layers to each other; one step is what it writes. */
const MAX_LINKS = 4;

export async function openFolder(folder: string): Promise<ArchiveFiles> {
  const handles: FileHandle[] = [];
  return {
    async find(path) {
      const full = join(folder, path);
      const found = await stat(full).catch(() => undefined);
      if (!found?.isFile()) return undefined;
      const handle = await open(full, 'r');
      handles.push(handle);
      return { size: found.size, open: () => readRange(handle, 0, found.size) };
    },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}

/**
 * Notes where each file lies in one pass and reads ranges afterwards. A compressed archive is unpacked into an unnamed
 * temporary file of at most `temporaryBytes` first, since ranges cannot be read from it.
 * @throws AppError `layer-corrupt`, `limit-exceeded`, `canceled`
 */
export async function openTarFile(path: string, signal: AbortSignal, temporaryBytes: number): Promise<ArchiveFiles> {
  const packed = await open(path, 'r');
  let spool: FileHandle | undefined;
  const close = async () => {
    await packed.close();
    await spool?.close();
  };
  try {
    const { compression, chunks } = await detectCompression(chunksOf(packed, (await packed.stat()).size, signal));
    if (compression !== 'none') {
      const { size } = await packed.stat();
      spool = await unpack(decompress(chunks, compression), size, temporaryBytes);
    }
    await chunks.return();
    const tar = spool ?? packed;
    const index = await indexTar(tar, (await tar.stat()).size, signal);
    return { find: async (name) => index(name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function unpack(
  chunks: AsyncIterable<Buffer>,
  compressedBytes: number,
  temporaryBytes: number,
): Promise<FileHandle> {
  const spool = await openUnnamedFile();
  try {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      checkUnpacked(bytes, compressedBytes, limits);
      if (bytes > temporaryBytes) throw tooMuchDisk(temporaryBytes);
      await spool.writeFile(chunk);
    }
    return spool;
  } catch (error) {
    await spool.close();
    throw error;
  }
}

const tooMuchDisk = (most: number) =>
  new AppError(
    'limit-exceeded',
    `unpacked it takes more than ${most} bytes of temporary disk (PLIMSOLL_MAX_TEMPORARY_BYTES); unpack it yourself`,
  );

async function indexTar(
  tar: FileHandle,
  size: number,
  signal: AbortSignal,
): Promise<(path: string) => ArchiveFile | undefined> {
  const files = new Map<string, { readonly offset: number; readonly size: number }>();
  const links = new Map<string, string>();
  const chunks = chunksOf(tar, size, signal);
  for await (const entry of tarEntries(chunks, limits)) {
    if (entry.type === 'file') files.set(entry.stat.path, { offset: entry.offset, size: entry.stat.size });
    if (entry.type !== 'link') continue;
    const target = entry.hard
      ? { path: entry.target }
      : normalisePath(`${parentOf(entry.path)}/${entry.target}`, limits.maxPathBytes);
    if ('path' in target) links.set(entry.path, target.path);
  }
  await chunks.return();
  return (path) => {
    let name = path;
    for (let step = 0; step < MAX_LINKS && !files.has(name); step++) name = links.get(name) ?? name;
    const file = files.get(name);
    return file && { size: file.size, open: () => readRange(tar, file.offset, file.size) };
  };
}

async function* chunksOf(handle: FileHandle, size: number, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  for await (const chunk of readRange(handle, 0, size)) {
    if (signal.aborted)
      throw signal.reason instanceof AppError
        ? signal.reason
        : new AppError('canceled', 'reading the archive was stopped', { cause: signal.reason });
    yield chunk;
  }
}

function readRange(handle: FileHandle, start: number, size: number): Readable {
  return Readable.from(chunksOfRange(handle, start, size), { objectMode: false, highWaterMark: CHUNK_BYTES });
}

/** Own reads, because a FileHandle's stream closes the handle when it is destroyed, also with autoClose off. */
async function* chunksOfRange(handle: FileHandle, start: number, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength, start + at);
    if (bytesRead === 0) throw new AppError('layer-corrupt', 'the archive became shorter while it was read');
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
