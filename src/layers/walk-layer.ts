import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, causeOf } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { LayerReport } from '../model/layer-report.ts';
import { checkUnpacked, decompress, detectCompression } from './decompress.ts';
import type { LayerEntry, LayerLimits } from './layer-entry.ts';
import type { Scratch } from './scratch.ts';
import { tarEntries } from './tar-entries.ts';

export interface WalkOptions {
  readonly limits: LayerLimits;
  /** Called for every entry in order; the walk waits for a returned promise. What it throws ends the walk. */
  readonly visit: (entry: LayerEntry) => void | Promise<void>;
  /** Told of chunks of the blob that nobody needs any more. */
  readonly taken?: (chunk: Uint8Array) => void;
  /** Compressed bytes taken from the blob so far. */
  readonly onProgress?: (compressedBytes: number) => void;
  /** Memory for large files, kept from one walk to the next. */
  readonly scratch?: Scratch;
}

export interface LayerTotals
  extends Pick<LayerReport, 'diffId' | 'unverified' | 'compressedBytes' | 'uncompressedBytes' | 'entries'> {
  /** The limit that ended the walk before the layer did. */
  readonly cut?: string;
}

/** Data that is at hand never lets timers and messages in by itself, and with them an abort. */
const BYTES_PER_TURN = 8 * 1024 ** 2;

/**
 * Reads a layer once, in bounded memory: blob → sha256 → unpacked → sha256 → tar entries → `visit`. Both hashes cover
 * their streams to the very end. Where a limit is crossed no more entries are shown, but the rest of the blob is read for
 * its hash, unless it is the blob itself that is too large. The blob is destroyed however the walk ends.
 * @throws AppError `blob-corrupt` (retryable), `layer-corrupt`, `connection-failed`, `canceled` or the signal's own AppError
 */
export async function walkLayer(
  blob: Readable,
  digest: Digest,
  options: WalkOptions,
  signal: AbortSignal,
): Promise<LayerTotals> {
  const stop = () => blob.destroy(abortReason(signal, digest));
  signal.addEventListener('abort', stop, { once: true });
  blob.on('error', ignore);
  try {
    if (signal.aborted) throw abortReason(signal, digest);
    return await walk(blob, digest, options, signal);
  } catch (error) {
    throw signal.aborted ? abortReason(signal, digest) : located(error, digest);
  } finally {
    signal.removeEventListener('abort', stop);
    blob.destroy();
  }
}

async function walk(
  blob: Readable,
  digest: Digest,
  { limits, visit, onProgress, scratch, taken }: WalkOptions,
  signal: AbortSignal,
): Promise<LayerTotals> {
  const compressed = new Meter();
  const input = takeBlob(blob, compressed, limits, onProgress);
  const { compression, chunks } = await detectCompression(leftOpen(input));
  // A plain tar is its own blob: no second hash.
  const uncompressed = compression === 'none' ? compressed : new Meter();
  const plain = measure(decompress(chunks, compression, taken), compressed, uncompressed, limits, signal);
  let entries = 0;
  let cut: string | undefined;
  try {
    for await (const entry of tarEntries(plain, limits, scratch)) {
      entries++;
      const visiting = visit(entry);
      if (visiting) await visiting;
    }
    for await (const _ of plain);
  } catch (error) {
    // Damage on the way is told from a layer that was made broken by reading the rest for its hash.
    if (causeOf(error) === 'layer-corrupt') await readRest(plain);
    if (causeOf(error) === 'layer-corrupt' && compressed.ended) compressed.verify(digest, error);
    if (!(error instanceof AppError) || error.code !== 'limit-exceeded') throw error;
    cut = error.message;
  } finally {
    await plain.return();
  }
  if (cut !== undefined) for await (const chunk of inTurns(input, signal)) taken?.(chunk);
  if (compressed.ended) compressed.verify(digest);
  const { bytes: uncompressedBytes } = uncompressed;
  const totals = { compressedBytes: compressed.bytes, uncompressedBytes, entries };
  if (cut === undefined) return { ...totals, diffId: uncompressed.digest() };
  return { ...totals, cut, ...(compressed.ended ? {} : { unverified: true }) };
}

/** Counts and hashes what passes. */
class Meter {
  bytes = 0;
  ended = false;
  readonly #hash: Hash = createHash('sha256');
  #digest: Digest | undefined;

  add(chunk: Uint8Array): void {
    this.bytes += chunk.byteLength;
    this.#hash.update(chunk);
  }

  digest(): Digest {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`;
    return this.#digest;
  }

  verify(expected: Digest, cause?: unknown): void {
    if (this.digest() === expected) return;
    throw new AppError(
      'blob-corrupt',
      `the blob delivered for ${expected} has the digest ${this.digest()}; fetch it again, and if that does not help, push the image again`,
      { cause, retryable: true },
    );
  }
}

async function* takeBlob(
  blob: Readable,
  meter: Meter,
  limits: LayerLimits,
  onProgress: WalkOptions['onProgress'],
): AsyncGenerator<Buffer, void> {
  for await (const chunk of bytesOf(blob)) {
    meter.add(chunk);
    if (meter.bytes > limits.maxCompressedBytes) {
      throw new AppError(
        'limit-exceeded',
        `the layer is larger than ${limits.maxCompressedBytes} bytes (PLIMSOLL_MAX_LAYER_BYTES)`,
      );
    }
    onProgress?.(meter.bytes);
    yield chunk;
  }
  meter.ended = true;
}

/** The same without `return`: whoever stops reading it leaves the rest to others. */
function leftOpen(chunks: AsyncGenerator<Buffer, void>): AsyncIterableIterator<Buffer, void> {
  const open: AsyncIterableIterator<Buffer, void> = {
    next: () => chunks.next(),
    [Symbol.asyncIterator]: () => open,
  };
  return open;
}

async function* bytesOf(blob: Readable): AsyncGenerator<Buffer, void> {
  try {
    for await (const part of blob) {
      if (!(part instanceof Uint8Array)) throw new TypeError('a blob must be a stream of bytes');
      yield Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('connection-failed', `the blob broke off: ${reason}`, { cause, retryable: true });
  }
}

async function* measure(
  chunks: AsyncIterable<Buffer>,
  compressed: Meter,
  uncompressed: Meter,
  limits: LayerLimits,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of inTurns(chunks, signal)) {
    if (uncompressed !== compressed) uncompressed.add(chunk);
    checkUnpacked(uncompressed.bytes, compressed.bytes, limits);
    yield chunk;
  }
}

async function* inTurns(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  let left = BYTES_PER_TURN;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    left -= chunk.byteLength;
    if (left < 0) {
      left = BYTES_PER_TURN;
      await nextTurn();
    }
    yield chunk;
  }
}

async function readRest(chunks: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const _ of chunks);
  } catch {
    // Whatever else is wrong with it: what broke first is reported.
  }
}

function abortReason(signal: AbortSignal, digest: Digest): AppError {
  const { reason } = signal;
  if (reason instanceof AppError) return reason;
  const timedOut = reason instanceof Error && reason.name === 'TimeoutError';
  return new AppError(timedOut ? 'scan-timeout' : 'canceled', `reading layer ${digest} was stopped`, { cause: reason });
}

function located(error: unknown, digest: Digest): unknown {
  if (error instanceof AppError) {
    return new AppError(error.code, `layer ${digest}: ${error.message}`, { cause: error, retryable: error.retryable });
  }
  return error;
}

function ignore(): void {}
