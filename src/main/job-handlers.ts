import { exportTables } from '../api/export-tables/index.ts';
import { exportFormats } from '../exports/formats/index.ts';
import { syncRegistry } from '../inventory/sync-registry.ts';
import type { JobHandler } from '../jobs/create-worker.ts';
import { scanImage } from '../scan/scan-image.ts';
import type { JobKind } from '../store/store.ts';
import { createExportJobHandler } from '../tasks/run-export-job.ts';
import { createScanJobHandler } from '../tasks/run-scan-job.ts';
import { createSyncJobHandler } from '../tasks/run-sync-job.ts';
import { trustAfterSync } from '../tasks/trust-after-sync.ts';
import type { Scanner } from './create-scanner.ts';
import type { Installation } from './open-installation.ts';

/** What is done with a job of each kind. */
export function createJobHandlers(
  { config, store, now, log }: Installation,
  { connections, tools }: Scanner,
): Readonly<Record<JobKind, JobHandler>> {
  return {
    sync: createSyncJobHandler({
      store,
      now,
      log,
      syncRegistry: async (registry, signal) => {
        const client = await connections.get(registry.id);
        const result = await syncRegistry(registry, client, { store, now }, signal);
        const trust = await trustAfterSync(registry, client, { store, policyPath: config.trustPolicy, log }, signal);
        return trust === '' ? result : { ...result, remarks: [...result.remarks, trust] };
      },
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
