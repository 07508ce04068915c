import type { Logger } from 'pino';
import type { JobHandler, JobOutcome } from '../jobs/create-worker.ts';
import { logOfJob } from '../jobs/log-of-job.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import type { Image } from '../model/image.ts';
import type { ScanKind } from '../model/scan.ts';
import type { ScanProgress } from '../scan/scan-report.ts';
import { isDatabaseTrouble } from '../store/is-database-trouble.ts';
import type { Artifact, Job, StartedScan, Store } from '../store/store.ts';
import { createProgressWriter } from './create-progress-writer.ts';
import { supportedKinds } from './supported-kinds.ts';
import { waitForRegistry } from './wait-for-registry.ts';

export interface RunScanJobDeps {
  readonly store: Store;
  readonly scanImage: (
    image: Image,
    artifact: Artifact,
    kinds: readonly ScanKind[],
    onProgress: (progress: ScanProgress) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly now: () => Date;
  readonly log: Logger;
}

const ATTEMPTS = 3;
const FIRST_RETRY_MS = 2_000;
/** Of two processes at most. */
const CLOCKS_APART_MS = 60_000;
/** Messages may quote what a registry or an image says. */
const MAX_DETAIL = 500;

/** Scans one image of a task and records how it ended, for the row and for the task. */
export function createScanJobHandler(all: RunScanJobDeps): JobHandler {
  return async (job, signal) => {
    const deps = { ...all, log: logOfJob(all.log, job) };
    const { taskId, imageId } = job;
    if (taskId === undefined || imageId === undefined) return { done: true };
    const started = await deps.store.tasks.start(taskId, imageId, supportedKinds);
    if (!started || started.kinds.length === 0) {
      // The task has ended, the image has left the registry, or nothing that was asked for can be scanned.
      await deps.store.tasks.finish(taskId, imageId, 'failed');
      return { done: true };
    }
    return scan(deps, job, taskId, started, signal);
  };
}

async function scan(
  deps: RunScanJobDeps,
  job: Job,
  taskId: number,
  started: StartedScan,
  signal: AbortSignal,
): Promise<JobOutcome> {
  const { store, now, log } = deps;
  const { image } = started;
  const deadline = deadlineSignal(started.deadline, now());
  const either = deadline ? AbortSignal.any([signal, deadline]) : signal;
  const progress = createProgressWriter(
    (percents, seconds) => store.tasks.recordProgress(taskId, image.id, percents, seconds),
    now,
  );
  try {
    const artifact = await store.inventories.artifact(image.artifactId);
    if (!artifact) throw new AppError('image-not-found', `${image.address}:${image.tag} has left the registry`);
    // Another row with the same content may have been scanned by this very task.
    const due = started.kinds.filter((kind) => !isScannedSince(artifact, kind, started.taskCreatedAt, now()));
    if (due.length > 0) await deps.scanImage(image, artifact, due, progress.report, either);
    await progress.end();
    if (due.length < started.kinds.length) await store.tasks.reuse(image.id);
    await store.tasks.finish(taskId, image.id, (await isKnown(store, started)) ? 'succeeded' : 'failed');
    return { done: true };
  } catch (error) {
    await progress.end();
    // The lease was lost to a cancel or to the task's deadline: the row has been marked by whoever took it.
    if (signal.aborted) throw error;
    // Not the image's fault: the queue brings it again.
    if (isDatabaseTrouble(error)) throw error;
    const timedOut = deadline?.aborted === true;
    const cause = timedOut ? 'scan-timeout' : causeOf(error);
    const waiting = timedOut ? undefined : waitForRegistry(error, now());
    if (waiting) {
      log.info(
        { image: `${image.address}:${image.tag}`, cause, until: waiting.retryAt },
        'scan waits for its registry',
      );
      return waiting;
    }
    const retryable = error instanceof AppError && error.retryable && !timedOut;
    log.warn({ err: error, image: `${image.address}:${image.tag}`, cause, attempt: job.attempt }, 'scan failed');
    if (retryable && job.attempt < ATTEMPTS) {
      return { done: false, retryAt: new Date(now().getTime() + FIRST_RETRY_MS * 2 ** (job.attempt - 1)) };
    }
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL);
    await store.tasks.fail(taskId, image.id, { cause, detail });
    return { done: true, failed: true };
  }
}

const scannedAt = { vulnerability: 'scannedAt', malware: 'malwareScannedAt', risk: 'riskScannedAt' } as const;

function isScannedSince(artifact: Artifact, kind: ScanKind, since: Date, now: Date): boolean {
  const at = artifact[scannedAt[kind]];
  // Of a time to come: an earlier scan, when the clock was ahead.
  return at !== undefined && at >= since && at.getTime() <= now.getTime() + CLOCKS_APART_MS;
}

/** A scan that ran to its end and still knows nothing, such as for want of advisories, has not succeeded. */
async function isKnown(store: Store, { image, kinds }: StartedScan): Promise<boolean> {
  const after = await store.images.get(image.id);
  return after === undefined || kinds.some((kind) => after.summary[kind].status === 'scanned');
}

function deadlineSignal(deadline: Date | undefined, now: Date): AbortSignal | undefined {
  if (!deadline) return undefined;
  // Longer than a timer can run, it is housekeeping that ends the task.
  const milliseconds = Math.min(Math.max(deadline.getTime() - now.getTime(), 0), 2 ** 31 - 1);
  return AbortSignal.timeout(milliseconds);
}
