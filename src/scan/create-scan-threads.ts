import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { AllowRule } from '../analyzers/secrets/allow-rule.ts';
import { giveBack } from '../layers/give-back.ts';
import type { AdvisorySnapshot } from '../model/advisory.ts';
import { AppError } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Risk } from '../model/risk.ts';
import type { MatchResult } from '../model/vulnerability.ts';
import type { OciImageConfig } from '../oci/parse-config.ts';
import type { LayerReports } from './create-layer-reports.ts';
import type { LayerSource } from './image-source.ts';
import type { LayerWork, TaskInput, TaskOutput, ThreadData, ThreadTask } from './thread-messages.ts';

/** Threads that unpack layers and match inventories. */
export interface ScanThreads {
  /** Opens the blob when a thread is free and walks it there; `onBytes` counts compressed bytes as they are taken. */
  analyzeLayer(
    layer: LayerSource,
    work: LayerWork,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<LayerReports>;
  /** Risky settings and secrets of a config, which may be made to be slow to read. */
  assessConfig(config: OciImageConfig, signal: AbortSignal): Promise<readonly Risk[]>;
  match(
    inventory: Inventory,
    advisoriesPath: string,
    signal: AbortSignal,
  ): Promise<{ result: MatchResult; snapshot?: AdvisorySnapshot }>;
  /** Threads that are at work, those that wait for work, and tasks that wait for a thread. */
  figures(): { readonly busy: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const CHUNK_BYTES = 256 * 1024;
/** Sent and not yet taken by the walk: enough to keep a thread busy, and a bound on memory. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const THREAD_HEAP_MB = 1024;
/** What a walk makes lives for one file: three semi-spaces of 4 MiB do, where V8 would take 16. */
const YOUNG_MB = 12;
/** A stopped task lets go of its thread within some megabytes of work; one that does not is stuck. */
const STOP_MS = 5_000;

export interface ScanThreadsOptions {
  /** JavaScript heap of one thread; beyond it the thread dies, and the image in hand fails with `limit-exceeded`. */
  readonly heapMb?: number;
  /** How long a stopped task may keep its thread before the thread is ended. */
  readonly stopMs?: number;
  /** Secrets that are known to be none. */
  readonly allowSecrets?: readonly AllowRule[];
  /** Makes the port over which a thread talks to the malware engines. */
  readonly connectMalware?: () => MessagePort;
}

interface Thread {
  readonly worker: Worker;
  /** Ends the task in hand when the thread dies. */
  failTask?: (error: AppError) => void;
  /** Settles when the thread itself has let go of the task, which a stopped one does later than its caller. */
  letGo?: Promise<void>;
}

/** At most `count` threads, started when they are first needed and again after one has died. */
export function createScanThreads(
  count: number,
  { heapMb = THREAD_HEAP_MB, stopMs = STOP_MS, connectMalware, allowSecrets = [] }: ScanThreadsOptions = {},
): ScanThreads {
  const threads = new Set<Thread>();
  const free: Thread[] = [];
  const waiting = new Set<{ readonly take: (thread: Thread) => void; readonly fail: (error: AppError) => void }>();
  let closed = false;

  const start = (): Thread => {
    const malware = connectMalware?.();
    const worker = new Worker(new URL(`./scan-thread${extension}`, import.meta.url), {
      name: 'scan',
      workerData: { malware, allowSecrets } satisfies ThreadData,
      transferList: malware ? [malware] : [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.unref();
    const thread: Thread = { worker };
    // Out of service from here on: the `exit` that follows an error may come later than the next task.
    const bury = (error: AppError) => {
      threads.delete(thread);
      if (free.includes(thread)) free.splice(free.indexOf(thread), 1);
      thread.failTask?.(error);
      serveWaiting();
    };
    worker.once('error', (error: Error) => bury(deathOf(error, heapMb)));
    worker.once('exit', () => bury(new AppError('internal-error', 'a scan thread was ended')));
    threads.add(thread);
    return thread;
  };

  const takeFree = (): Thread | undefined => free.pop() ?? (threads.size < count ? start() : undefined);

  const serveWaiting = () => {
    for (const next of waiting) {
      const thread = closed ? undefined : takeFree();
      if (!thread) return;
      waiting.delete(next);
      next.take(thread);
    }
  };

  const acquire = async (signal: AbortSignal): Promise<Thread> => {
    signal.throwIfAborted();
    if (closed) throw isClosed();
    const thread = takeFree();
    if (thread) return thread;
    return new Promise((resolve, reject) => {
      const entry = {
        take: (offered: Thread) => {
          signal.removeEventListener('abort', leave);
          resolve(offered);
        },
        fail: reject,
      };
      const leave = () => {
        waiting.delete(entry);
        reject(signal.reason);
      };
      waiting.add(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  };

  const release = async (thread: Thread): Promise<void> => {
    delete thread.failTask;
    const stuck = setTimeout(() => {
      threads.delete(thread);
      void thread.worker.terminate();
      serveWaiting();
    }, stopMs);
    await thread.letGo;
    clearTimeout(stuck);
    if (!threads.has(thread)) return;
    free.push(thread);
    serveWaiting();
  };

  const withThread = async <T>(signal: AbortSignal, work: (thread: Thread) => Promise<T>): Promise<T> => {
    const thread = await acquire(signal);
    try {
      return await work(thread);
    } finally {
      void release(thread);
    }
  };

  return {
    analyzeLayer: (layer, work, onBytes, signal) =>
      withThread(signal, async (thread) => {
        const blob = await layer.open(signal);
        const input = { blob, onBytes, ...(layer.ownsChunks ? { taken: giveBack } : {}) };
        const output = await run(
          thread,
          (port) => ({ type: 'layer', port, digest: layer.digest, ...work }),
          signal,
          input,
        );
        if (output.type !== 'layer')
          throw new AppError('internal-error', `a scan thread answered ${output.type} for a layer`);
        return output.reports;
      }),
    assessConfig: (config, signal) =>
      withThread(signal, async (thread) => {
        const output = await run(thread, (port) => ({ type: 'config', port, config }), signal);
        if (output.type !== 'config')
          throw new AppError('internal-error', `a scan thread answered ${output.type} for a config`);
        return output.risks;
      }),
    match: (inventory, advisoriesPath, signal) =>
      withThread(signal, async (thread) => {
        const output = await run(thread, (port) => ({ type: 'match', port, inventory, advisoriesPath }), signal);
        if (output.type !== 'match')
          throw new AppError('internal-error', `a scan thread answered ${output.type} for a match`);
        return { result: output.result, ...(output.snapshot ? { snapshot: output.snapshot } : {}) };
      }),
    figures: () => ({ busy: threads.size - free.length, idle: free.length, waiting: waiting.size }),
    close: async () => {
      closed = true;
      for (const { fail } of waiting) fail(isClosed());
      waiting.clear();
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

const isClosed = () => new AppError('canceled', 'the scan threads are closed');

function deathOf(error: Error, heapMb: number): AppError {
  const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return outOfMemory
    ? new AppError(
        'limit-exceeded',
        `what was found in it does not fit into ${heapMb} MiB of memory (PLIMSOLL_THREAD_MEMORY_MB)`,
        { cause: error },
      )
    : new AppError('internal-error', `a scan thread died: ${error.message}`, { cause: error });
}

interface Input {
  readonly blob: Readable;
  readonly onBytes: (bytes: number) => void;
  /** Told of every chunk of the blob that is not needed any more. */
  readonly taken?: (chunk: Uint8Array) => void;
}

/** One task on one thread: feeds it, waits for its answer, and leaves nothing open. */
function run(
  thread: Thread,
  task: (port: MessagePort) => ThreadTask,
  signal: AbortSignal,
  input?: Input,
): Promise<Exclude<TaskOutput, { type: 'read' | 'failed' }>> {
  const { port1: port, port2 } = new MessageChannel();
  const send = (message: TaskInput, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  // The thread closes its end when it is done, stopped or dead.
  thread.letGo = new Promise((resolve) => port.once('close', resolve));
  return new Promise<Exclude<TaskOutput, { type: 'read' | 'failed' }>>((resolve, reject) => {
    const feeder = input && feed(input, send, signal);
    let ended = false;
    const end = (settle: () => void) => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', onAbort);
      input?.blob.destroy();
      settle();
    };
    const stop = (code: Cause, message: string, reason: unknown) => {
      send({ type: 'abort', code, message });
      end(() => reject(reason));
    };
    const onAbort = () => {
      const reason: unknown = signal.reason;
      stop(reason instanceof AppError ? reason.code : 'canceled', 'the scan was stopped', reason);
    };
    thread.failTask = (error) => end(() => reject(error));
    // A blob that breaks off is the registry's failure; the walk would only report a truncated stream.
    feeder?.failed.then((error) => stop(error.code, error.message, error));
    port.on('message', (output: TaskOutput) => {
      if (ended) return;
      if (output.type === 'read') {
        input?.onBytes(output.bytes);
        feeder?.taken(output.bytes);
      } else if (output.type === 'failed') {
        end(() => reject(new AppError(output.code, output.message, { retryable: output.retryable })));
      } else end(() => resolve(output));
    });
    thread.worker.postMessage(task(port2), [port2]);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

interface Feeder {
  /** The walk has taken so many bytes: more may be sent. */
  taken(bytes: number): void;
  /** Settles only when the blob breaks. */
  readonly failed: Promise<AppError>;
}

function feed(
  { blob, taken }: Input,
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
      taken?.(part);
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
