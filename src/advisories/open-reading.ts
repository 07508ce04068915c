import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ecosystems } from '../ecosystems/index.ts';
import { createReadFeed, type NamedFeed, type ReadFeed } from './read-feed.ts';
import { readInThreads } from './read-in-threads.ts';
import { sources } from './sources/index.ts';

/** Below, threads cost more time to start, and to have their code compiled, than they save. */
const MIN_THREADED_BYTES = 32 * 1024 * 1024;
/** As many as keep the thread busy that writes what they read. */
const THREADS = 2;

export interface Reading {
  readonly read: ReadFeed;
  close(): Promise<void>;
}

/** Reading these feeds, in threads of its own where there is much to read and a processor for it; `close` it in the end. */
export function openReading(feeds: readonly NamedFeed[]): Reading {
  const bytes = feeds.reduce((sum, { path }) => sum + statSync(path).size, 0);
  if (bytes >= MIN_THREADED_BYTES && availableParallelism() >= THREADS) return readInThreads(feeds, THREADS);
  return { read: createReadFeed(sources, ecosystems), close: async () => {} };
}
