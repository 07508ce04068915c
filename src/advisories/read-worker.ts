import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { ecosystems } from '../ecosystems/index.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import { createReadFeed } from './read-feed.ts';
import { AHEAD, type ReadMessage, type ReadTask } from './read-in-threads.ts';
import { sources } from './sources/index.ts';

// Reads every so-manieth batch of the feeds, and hands them over a few ahead of what is asked for.

const port = parentPort;
if (!port) throw new Error('read-worker runs as a worker thread');
const reply = (message: ReadMessage) => port.postMessage(message);
const { feeds, share, of }: ReadTask = workerData;
const read = createReadFeed(sources, ecosystems);

let room = AHEAD;
port.on('message', () => room++);

try {
  for (const feed of feeds) {
    let at = 0;
    for await (const batch of read(feed)) {
      if (at++ % of !== share) continue;
      while (room === 0) await once(port, 'message');
      room--;
      reply({ type: 'batch', records: [...batch] });
    }
    reply({ type: 'end' });
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  reply({ type: 'failed', code: causeOf(error), message, retryable: error instanceof AppError && error.retryable });
}
port.close();
