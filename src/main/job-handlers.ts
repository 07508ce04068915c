import { exportTables } from '../api/export-tables/index.ts';
import { exportFormats } from '../exports/formats/index.ts';
import { syncRegistry } from '../inventory/sync-registry.ts';
import type { JobHandler } from '../jobs/create-worker.ts';
import { scanImage } from '../scan/scan-image.ts';
import type { JobKind } from '../store/store.ts';
import { createExportJobHandler } from '../tasks/run-export-job.ts';
import { createScanJobHandler } from '../tasks/run-scan-job.ts';
import { createSyncJobHandler } from '../tasks/run-sync-job.ts';
import type { Scanner } from './create-scanner.ts';
import type { Installation } from './open-installation.ts';

/** What is done with a job of each kind. */
export function createJobHandlers(
  { store, now, log }: Installation,
  { connections, tools }: Scanner,
): Readonly<Record<JobKind, JobHandler>> {
  return {
    sync: createSyncJobHandler({
      store,
      now,
      log,
      syncRegistry: async (registry, signal) =>
        syncRegistry(registry, await connections.get(registry.id), { store, now }, signal),
    }),
    export: createExportJobHandler({ store, tables: exportTables, formats: exportFormats, log }),
    scan: createScanJobHandler({
      store,
      now,
      log,
      scanImage: async (image, artifact, kinds, onProgress, signal) =>
        scanImage(image, artifact, kinds, await connections.get(image.registryId), tools, onProgress, signal),
    }),
  };
}
