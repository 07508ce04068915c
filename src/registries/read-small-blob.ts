import { createHash } from 'node:crypto';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import type { RegistryClient } from './registry-client.ts';

const PATIENCE_MS = 120_000;

/**
 * Reads a blob that must be small (a config) whole, and checks its digest.
 * @throws AppError `limit-exceeded` when it is larger than `maxBytes`, `blob-corrupt` when the bytes are others, and
 * what the client throws
 * @param patience milliseconds for all its bytes
 */
export async function readSmallBlob(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  maxBytes: number,
  signal: AbortSignal,
  patience = PATIENCE_MS,
): Promise<Uint8Array> {
  const body = await readWhole(client, repository, digest, maxBytes, signal, patience);
  const actual = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (actual !== digest) {
    throw new AppError(
      'blob-corrupt',
      `The blob ${digest} of ${repository} arrived with the digest ${actual}: the registry delivered other bytes.`,
    );
  }
  return body;
}

async function readWhole(
  client: RegistryClient,
  repository: string,
  digest: Digest,
  maxBytes: number,
  signal: AbortSignal,
  patience: number,
): Promise<Uint8Array> {
  const { stream } = await client.blob(repository, digest, signal);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const tooSlow = new AppError('connection-failed', `The blob ${digest} of ${repository} arrives too slowly.`);
  const timer = setTimeout(() => stream.destroy(tooSlow), patience);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new AppError('limit-exceeded', `The blob ${digest} of ${repository} is larger than ${maxBytes} bytes.`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
