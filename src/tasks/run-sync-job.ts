import type { Logger } from 'pino';
import type { SyncResult } from '../inventory/sync-registry.ts';
import type { JobHandler, JobOutcome } from '../jobs/create-worker.ts';
import { logOfJob } from '../jobs/log-of-job.ts';
import { causeOf } from '../model/app-error.ts';
import { type Registry, skipReasons } from '../model/registry.ts';
import { isDatabaseTrouble } from '../store/is-database-trouble.ts';
import type { Store } from '../store/store.ts';
import { scanNewImages } from './scan-new-images.ts';
import { waitForRegistry } from './wait-for-registry.ts';

export interface RunSyncJobDeps {
  readonly store: Store;
  readonly syncRegistry: (registry: Registry, signal: AbortSignal) => Promise<SyncResult>;
  readonly now: () => Date;
  readonly log: Logger;
}

/** Syncs one registry and records how it went; then authorises and scans what is new where the registry asks for it. */
export function createSyncJobHandler(deps: RunSyncJobDeps): JobHandler {
  const { store } = deps;
  return async (job, signal) => {
    const registry = job.registryId === undefined ? undefined : await store.registries.get(job.registryId);
    if (!registry) return { done: true };
    await store.registries.recordSync(registry.id, { status: 'running' });
    const end = await walk({ ...deps, log: logOfJob(deps.log, job) }, registry, signal);
    if (end !== 'complete') return end;
    // Should this fail, the job is tried again: the walk costs little the second time.
    // NeedScan: after a full sync the latest images, after an incremental one all that have not been scanned.
    if (registry.needScan)
      await scanNewImages(store, registry, { latestOnly: registry.syncMode === 0, why: `sync of ${registry.name}` });
    return { done: true };
  };
}

/** Walks the registry to its end; what hindered it is recorded. Throws when it was stopped. */
async function walk(
  { store, syncRegistry, now, log }: RunSyncJobDeps,
  registry: Registry,
  signal: AbortSignal,
): Promise<'complete' | JobOutcome> {
  const startedAt = registry.walkStartedAt ?? now();
  let result: SyncResult;
  try {
    result = await syncRegistry(registry, signal);
  } catch (error) {
    // What is wrong with the database is not the registry's fault: the queue brings the job again.
    if (signal.aborted || isDatabaseTrouble(error)) throw error;
    const cause = causeOf(error);
    const waiting = waitForRegistry(error, now());
    if (waiting) {
      log.info({ registry: registry.name, cause, until: waiting.retryAt }, 'sync waits for its registry');
      await store.registries.recordSync(registry.id, { status: 'waiting', walkStartedAt: startedAt });
      return waiting;
    }
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, registry: registry.name, cause }, 'sync failed');
    await store.registries.recordSync(registry.id, { status: 'failed', cause, message });
    await store.registries.recordConnection(registry.id, { status: 'failed', cause, checkedAt: now() });
    return { done: true, failed: true };
  }
  await store.registries.recordSync(registry.id, {
    status: 'succeeded',
    at: now(),
    skipped: result.skipped,
    message: describe(result),
  });
  await store.registries.recordConnection(registry.id, { status: 'connected', checkedAt: now() });
  const lost = await store.events.recordWalk(registry.id, { startedAt, removedImages: result.removedImages });
  if (lost > 0) log.warn({ registry: registry.name, lost }, 'a sync found changes that no event had told of');
  log.info({ registry: registry.name, ...result, unread: result.unread.length }, 'synced');
  return 'complete';
}

/** What a person should know about a walk that reached its end; '' when there is nothing to say. */
function describe(result: SyncResult): string {
  const parts = skipReasons.flatMap((reason) =>
    result.skipped[reason] ? [`${result.skipped[reason]} ${reason}`] : [],
  );
  const lines = [
    ...(result.repositories === 0 && result.remarks.length === 0
      ? ['The registry lists no repositories: the account may not be allowed to list its catalog.']
      : []),
    ...(parts.length > 0 ? [`Not images: ${parts.join(', ')}.`] : []),
    ...(result.notes.length > 0 ? [`Not listed: ${result.notes.join('; ')}.`] : []),
    ...(result.unread.length > 0 ? [`Could not be read and were kept as they were: ${result.unread.join('; ')}`] : []),
    ...result.remarks,
    ...(result.warnings.length > 0 ? [`The registry says: ${result.warnings.join('; ')}`] : []),
  ];
  return lines.join(' ');
}
