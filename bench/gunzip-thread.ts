import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';

// A worker thread that unpacks a file and hashes it as it is stored, and nothing else: what a walk can never beat.

const CHUNK_BYTES = 256 * 1024;

parentPort?.on('message', async (path: string) => {
  const packed = createHash('sha256');
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        packed.update(chunk);
        yield chunk;
      }
    },
    createGunzip({ chunkSize: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const _ of chunks);
    },
  );
  parentPort?.postMessage(packed.digest('hex'));
});
