import { parentPort, workerData } from 'node:worker_threads';
import { ecosystems } from '../ecosystems/index.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import { type CompileRequest, compileAdvisories } from './compile.ts';
import type { CompileMessage } from './compile-in-worker.ts';
import { FeedRejected } from './feed-rejected.ts';
import { sources } from './sources/index.ts';

// Compiles advisories away from the event loop that answers the API.

const port = parentPort;
if (!port) throw new Error('compile-worker runs as a worker thread');
const reply = (message: CompileMessage) => port.postMessage(message);
const request: CompileRequest = workerData;
const deps = {
  sources,
  ecosystems,
  onProgress: (progress: { feed: string; records: number }) => reply({ type: 'progress', ...progress }),
};

compileAdvisories(request, deps, new AbortController().signal).then(
  (result) => reply({ type: 'done', result }),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof FeedRejected) reply({ type: 'rejected', feed: error.feed, reason: error.reason });
    else
      reply({ type: 'failed', code: causeOf(error), message, retryable: error instanceof AppError && error.retryable });
  },
);
