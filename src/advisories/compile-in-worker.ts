import { Worker } from 'node:worker_threads';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { CompileProgress, CompileRequest, CompileResult } from './compile.ts';
import { FeedRejected } from './feed-rejected.ts';

/** From the worker. */
export type CompileMessage =
  | ({ readonly type: 'progress' } & CompileProgress)
  | { readonly type: 'done'; readonly result: CompileResult }
  | { readonly type: 'rejected'; readonly feed: string; readonly reason: string }
  | { readonly type: 'failed'; readonly code: Cause; readonly message: string; readonly retryable: boolean };

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const HEAP_MB = 1024; // records are read one at a time; this is a bound, not a need
/** Left to itself the room for what is young grows to 100 MB and more, which gains no time. */
const YOUNG_MB = 24;

/** compileAdvisories in a thread of its own; the thread is gone when this settles. */
export async function compileInWorker(
  request: CompileRequest,
  onProgress: (progress: CompileProgress) => void,
  signal: AbortSignal,
): Promise<CompileResult> {
  signal.throwIfAborted();
  const worker = new Worker(new URL(`./compile-worker${extension}`, import.meta.url), {
    name: 'compile advisories',
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<CompileResult>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (message: CompileMessage) => {
    if (message.type === 'progress') onProgress({ feed: message.feed, records: message.records });
    else if (message.type === 'done') resolve(message.result);
    else if (message.type === 'rejected') reject(new FeedRejected(message.feed, message.reason));
    else reject(new AppError(message.code, message.message, { retryable: message.retryable }));
  });
  worker.on('error', (error: unknown) =>
    reject(new AppError('internal-error', 'compiling the advisories failed', { cause: error })),
  );
  worker.on('exit', () =>
    reject(new AppError('internal-error', 'the thread that compiles advisories ended unexpectedly')),
  );
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
