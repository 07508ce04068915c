import { PassThrough, type Readable } from 'node:stream';
import type { Digest } from '../../model/digest.ts';
import type { Blob } from '../registry-client.ts';
import type { WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { toNetworkError } from './network-error.ts';
import type { Session } from './open-session.ts';
import { type BlobPart, etagOf, reopenBlob, sizeOf, withoutStart } from './reopen-blob.ts';
import { pullScope, repositoryPath } from './repository-path.ts';
import { watchBlobRate } from './watch-blob-rate.ts';

const CHUNKS_AHEAD = 2;
/** A connection that brought less was in vain, and so many of them in a row end the download. */
const WORTH_BYTES = 256 * 1024;
const MOST_IN_VAIN = 3;

type Ask = (headers: Readonly<Record<string, string>>, accept: readonly number[]) => Promise<WireResponse>;

/**
 * Opens a blob; registries often send us on to their storage. One that breaks off or falls silent goes on where it was, a few
 * times; then it ends with an AppError `connection-failed`, one that trickles with `registry-slow`, a canceled one with `canceled`.
 */
export async function openBlob(
  session: Session,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Blob> {
  const url = session.url(`${repositoryPath(repository)}/blobs/${digest}`);
  const dropped = new AbortController();
  const either = AbortSignal.any([signal, dropped.signal]);
  const ask: Ask = (headers, accept) =>
    session.open({ method: 'GET', url, scope: pullScope(repository), headers, accept }, either);
  const first = await ask({}, [200]);
  // Of chunks as they come: a stream of bytes glues together what waits in it, which is another copy of everything.
  const stream = new PassThrough({ readableObjectMode: true, readableHighWaterMark: CHUNKS_AHEAD });
  // A stream that fails before its reader is there must not take the process down; the reader still gets the error.
  stream.on('error', () => {});
  stream.once('close', () => dropped.abort());
  if (session.budget) stream.once('close', session.budget.blobOpened());
  deliver(first, ask, stream, session, signal).catch((error: Error) => stream.destroy(error));
  const size = sizeOf(first);
  return { stream, ...(size === undefined ? {} : { size }) };
}

/** Everything into the stream, over as many connections as it takes. */
async function deliver(
  first: WireResponse,
  ask: Ask,
  stream: PassThrough,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const [size, etag] = [sizeOf(first), etagOf(first)];
  let part: BlobPart | undefined = { response: first, known: 0 };
  let given = 0;
  let inVain = 0;
  for (;;) {
    const before = given;
    try {
      part ??= await reopenBlob(ask, given, { size: size ?? 0, ...(etag === undefined ? {} : { etag }) });
      await pour(part, stream, session, (bytes) => {
        given += bytes;
      });
      return void stream.end();
    } catch (error) {
      const failure = toNetworkError(error, 'GET', part?.response.url ?? first.url, signal);
      part = undefined;
      inVain = given - before >= WORTH_BYTES ? 0 : inVain + 1;
      if (stream.destroyed || size === undefined || inVain > MOST_IN_VAIN || !isCut(failure)) throw failure;
      if (inVain > 1) await session.pause(inVain, signal);
    }
  }
}

const isCut = (error: unknown): boolean =>
  error instanceof DistributionError && error.code === 'connection-failed' && error.retryable;

/** One connection's part; rejects when it breaks off. */
function pour(
  { response: { body, url }, known }: BlobPart,
  stream: PassThrough,
  { budget, limits }: Session,
  count: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const skip = known === 0 ? undefined : withoutStart(known);
    const news: Readable = skip ?? body;
    const settle = (settled: () => void) => {
      stream.off('close', drop);
      news.unpipe(stream);
      settled();
    };
    const drop = () => {
      body.destroy();
      settle(resolve);
    };
    stream.once('close', drop);
    body.once('error', (error) => settle(() => reject(error)));
    news.once('end', () => settle(resolve));
    if (stream.destroyed) return drop();
    if (body.errored) return settle(() => reject(body.errored));
    body.on('data', (chunk: Buffer) => budget?.received(chunk.byteLength));
    news.on('data', (chunk: Buffer) => count(chunk.byteLength));
    watchBlobRate(body, stream, url, limits);
    if (skip) body.pipe(skip);
    news.pipe(stream, { end: false });
  });
}
