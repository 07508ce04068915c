import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Reading } from './open-reading.ts';
import type { PreparedRecord } from './prepare-record.ts';
import type { NamedFeed } from './read-feed.ts';

/** To a thread when it starts. */
export interface ReadTask {
  /** Every one of them, in the order in which they will be read. */
  readonly feeds: readonly NamedFeed[];
  /** It reads the batches whose number leaves `share` when divided by `of`. */
  readonly share: number;
  readonly of: number;
}

/** From a thread: its batches of the first feed and the end of it, those of the next, and so on. */
export type ReadMessage =
  | { readonly type: 'batch'; readonly records: readonly PreparedRecord[] }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly code: Cause; readonly message: string; readonly retryable: boolean };

/** Batches that a thread reads ahead of what is asked for: some 2 MB of records. */
export const AHEAD = 4;

const HEAP_MB = 512; // records are read one at a time; this is a bound, not a need
const YOUNG_MB = 8; // what a thread holds is short-lived, and little

/**
 * Reads feeds in threads that take turns, batch by batch: to be asked for all of them, in their order. The threads live until
 * `close`.
 */
export function readInThreads(feeds: readonly NamedFeed[], threads: number): Reading {
  const readers = Array.from({ length: threads }, (_, share) => startReader({ feeds, share, of: threads }));
  return {
    async *read() {
      const ended = new Set<Reader>();
      for (let turn = 0; ended.size < readers.length; turn++) {
        const reader = readers[turn % threads] as Reader;
        const batch = await reader.next();
        if (batch) yield batch;
        else ended.add(reader);
      }
    },
    close: async () => {
      await Promise.all(readers.map(({ close }) => close()));
    },
  };
}

interface Reader {
  /** Undefined at the end of a feed. */
  next(): Promise<readonly PreparedRecord[] | undefined>;
  close(): Promise<unknown>;
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

function startReader(task: ReadTask): Reader {
  const worker = new Worker(new URL(`./read-worker${extension}`, import.meta.url), {
    name: 'read advisories',
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const messages = on(worker, 'message', { close: ['exit'] });
  return {
    async next() {
      const { value, done } = await messages.next();
      if (done) throw new AppError('internal-error', 'a thread that reads advisories ended unexpectedly');
      const message: ReadMessage = value[0];
      if (message.type === 'failed') {
        throw new AppError(message.code, message.message, { retryable: message.retryable });
      }
      if (message.type === 'end') return undefined;
      worker.postMessage('more');
      return message.records;
    },
    close: () => worker.terminate(),
  };
}
