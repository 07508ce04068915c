import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError } from '../model/app-error.ts';
import { giveBack } from './give-back.ts';
import type { LayerLimits } from './layer-entry.ts';
import { isZstdFrame, ZstdFrames } from './zstd-frames.ts';

const MAGIC_BYTES = 4;
/** Below this a high ratio is a small file of zeros, not a bomb. */
const RATIO_FREE_BYTES = 16 * 1024 ** 2;
/** Measured: 16 KiB chunks 191 MB/s, 64 KiB 283, 256 KiB 360, 1 MiB 351. */
const CHUNK_BYTES = 256 * 1024;
/** Unpacked and not yet taken: so much that the decompressor's thread need not wait for the reader's. */
const QUEUE_BYTES = 4 * CHUNK_BYTES;
// Streams are what node:zlib makes, so its options take a stream's too, though the types do not say so.
const engineOptions = { chunkSize: CHUNK_BYTES, writableHighWaterMark: 2 * CHUNK_BYTES };

export type Compression = 'gzip' | 'zstd' | 'none';

/**
 * Told by the first bytes, because media types lie; `chunks` is the whole input again.
 * @throws AppError `layer-corrupt` for what engines do not take either
 */
export async function detectCompression(
  input: AsyncIterableIterator<Buffer, void>,
): Promise<{ readonly compression: Compression; readonly chunks: AsyncGenerator<Buffer, void> }> {
  let start: Buffer = Buffer.alloc(0);
  while (start.byteLength < MAGIC_BYTES) {
    const { done, value } = await input.next();
    if (done) break;
    start = start.byteLength === 0 ? value : Buffer.concat([start, value]);
  }
  return { compression: compressionOf(start), chunks: prepend(start, input) };
}

/** `start` should hold four bytes or the whole. Throws AppError `layer-corrupt`. */
export function compressionOf(start: Buffer): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start.byteLength >= MAGIC_BYTES && isZstdFrame(start.readUInt32LE(0))) return 'zstd';
  const magic = start.toString('latin1', 0, MAGIC_BYTES);
  const other = magic.startsWith('BZh') ? 'bzip2' : magic === '\xfd7zX' ? 'xz' : undefined;
  if (other === undefined) return 'none';
  throw new AppError('layer-corrupt', `the data is compressed with ${other}; images use gzip, zstd or plain tar`);
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  if (first.byteLength > 0) yield first;
  yield* rest;
}

/** Throws AppError `limit-exceeded` when so many unpacked bytes are too many, alone or for so many packed ones. */
export function checkUnpacked(
  bytes: number,
  compressedBytes: number,
  limits: Pick<LayerLimits, 'maxUncompressedBytes' | 'maxRatio'>,
): void {
  if (bytes > limits.maxUncompressedBytes) {
    throw new AppError(
      'limit-exceeded',
      `the data unpacks to more than ${limits.maxUncompressedBytes} bytes (PLIMSOLL_MAX_UNPACKED_BYTES)`,
    );
  }
  if (bytes > RATIO_FREE_BYTES && bytes > compressedBytes * limits.maxRatio) {
    throw new AppError(
      'limit-exceeded',
      `the data unpacks to more than ${limits.maxRatio} times its size (PLIMSOLL_MAX_RATIO)`,
    );
  }
}

/**
 * Unpacks while the input is read ahead: the engine works in its own thread beside the caller's. All members of a gzip
 * stream, all frames of a zstd stream. The input is read to its end also when the unpacked data ends, or breaks, before. A
 * chunk is gone when the next one is asked for. `taken` is told of chunks of the input that nobody needs any more.
 * @throws AppError `layer-corrupt`, and whatever the input throws
 */
export async function* decompress(
  input: AsyncIterable<Buffer>,
  compression: Compression,
  taken: (chunk: Buffer) => void = () => {},
): AsyncGenerator<Buffer, void> {
  if (compression === 'none') return yield* passOn(input, taken);
  const engine = compression === 'gzip' ? createGunzip(engineOptions) : createZstdDecompress(engineOptions);
  const output = queueOutput(engine);
  let stopped = false;
  let inputError: { readonly error: unknown } | undefined;
  const pieces = compression === 'zstd' ? cutFrames(input) : input;
  const feeding = feed(engine, pieces, () => stopped, taken).catch((error: unknown) => {
    inputError = { error };
    engine.destroy();
  });
  try {
    for (
      let chunk = output.take() ?? (await output.next());
      chunk !== undefined;
      chunk = output.take() ?? (await output.next())
    ) {
      yield chunk;
      giveBack(chunk);
    }
    await feeding;
    if (inputError) throw inputError.error;
    if (output.error) {
      throw new AppError('layer-corrupt', `the ${compression} data is damaged or incomplete: ${output.error.message}`, {
        cause: output.error,
      });
    }
  } finally {
    stopped = true;
    engine.destroy();
  }
}

async function* passOn(input: AsyncIterable<Buffer>, taken: (chunk: Buffer) => void): AsyncGenerator<Buffer, void> {
  for await (const chunk of input) {
    yield chunk;
    taken(chunk);
  }
}

async function feed(
  engine: Transform,
  input: AsyncIterable<Buffer>,
  stopped: () => boolean,
  taken: (chunk: Buffer) => void,
): Promise<void> {
  let previous: Buffer | undefined;
  for await (const chunk of input) {
    if (stopped()) return;
    if (engine.destroyed || engine.readableEnded) continue;
    const before = previous;
    previous = chunk;
    // One piece late: whoever cut a chunk into pieces has left it when there is one of another chunk. After an error the
    // engine's thread may still be reading.
    const written = (error?: Error | null) => {
      if (!error && before && before.buffer !== chunk.buffer) taken(before);
    };
    if (!engine.write(chunk, written)) await untilWritable(engine);
  }
  if (!engine.destroyed) engine.end();
}

/** Also settles when the engine takes no more, because its data ended or broke. */
function untilWritable(engine: Transform): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'end', 'close'] as const;
    const settle = () => {
      for (const event of events) engine.off(event, settle);
      resolve();
    };
    for (const event of events) engine.on(event, settle);
    if (engine.destroyed) settle();
  });
}

async function* cutFrames(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const frames = new ZstdFrames();
  for await (const chunk of input) yield* frames.split(chunk);
  if (!frames.complete) throw new AppError('layer-corrupt', 'the zstd data breaks off in the middle');
}

interface Output {
  take(): Buffer | undefined;
  /** The next chunk, or undefined when the engine has ended or failed. */
  next(): Promise<Buffer | undefined>;
  readonly error: Error | undefined;
}

/**
 * The engine's chunks as they come. Taken by its 'data' events and not by its iterator, which would glue waiting
 * chunks together; queued, so that the engine starts on its next chunk before the reader looks at this one.
 */
function queueOutput(engine: Transform): Output {
  const chunks: Buffer[] = [];
  let queued = 0;
  let ended = false;
  let error: Error | undefined;
  let wake: (() => void) | undefined;
  const end = () => {
    ended = true;
    wake?.();
  };
  engine.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    queued += chunk.byteLength;
    if (queued >= QUEUE_BYTES) engine.pause();
    wake?.();
  });
  engine.on('error', (reason: Error) => {
    error = reason;
  });
  engine.on('end', end);
  engine.on('close', end);
  const take = () => {
    const chunk = chunks.shift();
    if (chunk === undefined) return undefined;
    queued -= chunk.byteLength;
    if (queued < QUEUE_BYTES && engine.isPaused()) engine.resume();
    return chunk;
  };
  return {
    take,
    async next() {
      while (chunks.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return take();
    },
    get error() {
      return error;
    },
  };
}
