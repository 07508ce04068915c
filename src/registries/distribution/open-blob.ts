import { PassThrough } from 'node:stream';
import type { Digest } from '../../model/digest.ts';
import type { Blob } from '../registry-client.ts';
import { toNetworkError } from './network-error.ts';
import type { Session } from './open-session.ts';
import { pullScope, repositoryPath } from './repository-path.ts';
import { watchBlobRate } from './watch-blob-rate.ts';

const CHUNKS_AHEAD = 2;
const WHOLE_NUMBER = /^\d{1,15}$/;

/**
 * Opens a blob; registries often send us on to their storage. A stream that breaks off or falls silent ends with an
 * AppError `connection-failed`, one that trickles with `registry-slow`, a canceled one with `canceled`.
 */
export async function openBlob(
  session: Session,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Blob> {
  const url = session.url(`${repositoryPath(repository)}/blobs/${digest}`);
  const response = await session.open({ method: 'GET', url, scope: pullScope(repository) }, signal);
  // Of chunks as they come: a stream of bytes glues together what waits in it, which is another copy of everything.
  const stream = new PassThrough({ readableObjectMode: true, readableHighWaterMark: CHUNKS_AHEAD });
  // A stream that fails before its reader is there must not take the process down; the reader still gets the error.
  stream.on('error', () => {});
  response.body.on('error', (error) => stream.destroy(toNetworkError(error, 'GET', response.url, signal)));
  stream.on('close', () => response.body.destroy());
  const { budget } = session;
  if (budget) {
    response.body.on('data', (chunk: Buffer) => budget.received(chunk.byteLength));
    stream.once('close', budget.blobOpened());
  }
  watchBlobRate(response.body, stream, response.url, session.limits);
  response.body.pipe(stream);
  const length = response.header('content-length');
  return { stream, ...(length !== undefined && WHOLE_NUMBER.test(length) ? { size: Number(length) } : {}) };
}
