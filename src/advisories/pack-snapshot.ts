import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';

const PIECE_BYTES = 4 * 1024 ** 2;
const compress = promisify(zstdCompress);

/** Hex sha256 of a whole file, read piece by piece. */
export async function sumFile(file: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readPieces(file, signal)) hash.update(piece);
  return hash.digest('hex');
}

/** The file in pieces of at most 4 MiB, each packed by zstd on its own. */
export async function* packPieces(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of readPieces(file, signal)) yield compress(piece);
}

async function* readPieces(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
