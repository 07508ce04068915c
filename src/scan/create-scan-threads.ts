import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { LayerLimits } from '../layers/layer-entry.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import type { Inventory } from '../model/inventory.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import type { LayerSource } from './image-source.ts';
import type { TaskInput, TaskOutput, ThreadTask } from './thread-messages.ts';

/** Threads that unpack layers and match inventories. */
export interface ScanThreads {
  /** Opens the blob when a thread is free and walks it there; `onBytes` counts compressed bytes as they are taken. */
  analyzeLayer(
    layer: LayerSource,
    limits: LayerLimits,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<LayerReport>;
  match(
    inventory: Inventory,
    advisoriesPath: string,
    signal: AbortSignal,
  ): Promise<{ result: MatchResult; snapshot?: AdvisorySnapshot }>;
  close(): Promise<void>;
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const CHUNK_BYTES = 256 * 1024;
/** Sent and not yet taken by the walk: enough to keep a thread busy, and a bound on memory. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const THREAD_HEAP_MB = 1024;

interface Thread {
  readonly worker: Worker;
  /** Ends the task in hand when the thread dies. */
  failTask?: (error: Error) => void;
}

export function createScanThreads(count: number): ScanThreads {
  const threads: Thread[] = [];
  const free: Thread[] = [];
  const waiting: ((thread: Thread) => void)[] = [];
  let closed = false;

  const start = (): Thread => {
    const worker = new Worker(new URL(`./scan-thread${extension}`, import.meta.url), {
      name: 'scan',
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    });
    worker.unref();
    const thread: Thread = { worker };
    worker.on('error', (error: Error) => {
      thread.failTask?.(new AppError('limit-exceeded', `a scan thread died: ${error.message}`, { cause: error }));
    });
    worker.on('exit', () => {
      thread.failTask?.(new AppError('internal-error', 'a scan thread ended unexpectedly'));
      replace(thread);
    });
    threads.push(thread);
    return thread;
  };

  const replace = (dead: Thread) => {
    threads.splice(threads.indexOf(dead), 1);
    const at = free.indexOf(dead);
    if (at >= 0) free.splice(at, 1);
    if (!closed) release(start());
  };

  const release = (thread: Thread) => {
    if (!threads.includes(thread)) return;
    const next = waiting.shift();
    if (next) next(thread);
    else free.push(thread);
  };

  const acquire = async (signal: AbortSignal): Promise<Thread> => {
    signal.throwIfAborted();
    if (threads.length < count && free.length === 0) return start();
    const thread = free.pop();
    if (thread) return thread;
    return new Promise((resolve, reject) => {
      const take = (offered: Thread) => {
        signal.removeEventListener('abort', leave);
        resolve(offered);
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  };

  const withThread = async <T>(signal: AbortSignal, work: (thread: Thread) => Promise<T>): Promise<T> => {
    const thread = await acquire(signal);
    try {
      return await work(thread);
    } finally {
      delete thread.failTask;
      release(thread);
    }
  };

  return {
    analyzeLayer: (layer, limits, onBytes, signal) =>
      withThread(signal, async (thread) => {
        const blob = await layer.open(signal);
        const output = await run(thread, (port) => ({ type: 'layer', port, digest: layer.digest, limits }), signal, {
          blob,
          onBytes,
        });
        if (output.type !== 'layer')
          throw new AppError('internal-error', `a scan thread answered ${output.type} for a layer`);
        return output.report;
      }),
    match: (inventory, advisoriesPath, signal) =>
      withThread(signal, async (thread) => {
        const output = await run(thread, (port) => ({ type: 'match', port, inventory, advisoriesPath }), signal);
        if (output.type !== 'match')
          throw new AppError('internal-error', `a scan thread answered ${output.type} for a match`);
        return { result: output.result, ...(output.snapshot ? { snapshot: output.snapshot } : {}) };
      }),
    close: async () => {
      closed = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

/** One task on one thread: feeds it, waits for its answer, and leaves nothing open. */
function run(
  thread: Thread,
  task: (port: MessagePort) => ThreadTask,
  signal: AbortSignal,
  input?: { readonly blob: Readable; readonly onBytes: (bytes: number) => void },
): Promise<Exclude<TaskOutput, { type: 'read' | 'failed' }>> {
  const { port1: port, port2 } = new MessageChannel();
  const send = (message: TaskInput, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  return new Promise<Exclude<TaskOutput, { type: 'read' | 'failed' }>>((resolve, reject) => {
    const feeder = input && feed(input.blob, send, signal);
    const onAbort = () => {
      const reason: unknown = signal.reason;
      send({
        type: 'abort',
        code: reason instanceof AppError ? reason.code : 'canceled',
        message: 'the scan was stopped',
      });
      input?.blob.destroy();
      reject(reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      input?.blob.destroy();
      port.close();
      settle();
    };
    thread.failTask = (error) => end(() => reject(error));
    // A blob that breaks off is the registry's failure; the walk would only report a truncated stream.
    feeder?.failed.then((error) => {
      send({ type: 'abort', code: error.code, message: error.message });
      end(() => reject(error));
    });
    port.on('message', (output: TaskOutput) => {
      if (output.type === 'read') {
        input?.onBytes(output.bytes);
        feeder?.taken(output.bytes);
      } else if (output.type === 'failed') {
        end(() => reject(new AppError(output.code, output.message, { retryable: output.retryable })));
      } else end(() => resolve(output));
    });
    thread.worker.postMessage(task(port2), [port2]);
  });
}

interface Feeder {
  /** The walk has taken so many bytes: more may be sent. */
  taken(bytes: number): void;
  /** Settles only when the blob breaks. */
  readonly failed: Promise<AppError>;
}

function feed(
  blob: Readable,
  send: (message: TaskInput, transfer?: readonly ArrayBuffer[]) => void,
  signal: AbortSignal,
): Feeder {
  let outstanding = 0;
  let resume: (() => void) | undefined;
  let buffer = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  const flush = () => {
    if (filled === 0) return;
    const chunk = filled === CHUNK_BYTES ? buffer : buffer.slice(0, filled);
    outstanding += filled;
    send({ type: 'chunk', chunk }, [chunk.buffer]);
    buffer = new Uint8Array(CHUNK_BYTES);
    filled = 0;
  };
  const pump = async () => {
    for await (const part of blob as AsyncIterable<Uint8Array>) {
      // Copied, because a network buffer is a view on memory that others share and may not be handed over.
      for (let at = 0; at < part.byteLength; ) {
        const step = Math.min(part.byteLength - at, CHUNK_BYTES - filled);
        buffer.set(part.subarray(at, at + step), filled);
        filled += step;
        at += step;
        if (filled === CHUNK_BYTES) flush();
      }
      if (outstanding >= WINDOW_BYTES) {
        await new Promise<void>((go) => {
          resume = go;
        });
      }
      if (signal.aborted) return;
    }
    flush();
    send({ type: 'end' });
  };
  const failed = new Promise<AppError>((resolve) => {
    pump().catch((error: unknown) => {
      if (blob.destroyed && signal.aborted) return;
      resolve(
        error instanceof AppError
          ? error
          : new AppError('connection-failed', `the layer broke off: ${String(error)}`, {
              cause: error,
              retryable: true,
            }),
      );
    });
  });
  return {
    failed,
    taken: (bytes) => {
      outstanding -= bytes;
      if (outstanding < WINDOW_BYTES) resume?.();
    },
  };
}
