import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type ServedRegistry, type ServedRepository, serveRegistry } from '../../demo/serve-registry.ts';
import { advisoriesPath } from '../../src/advisories/advisories-path.ts';
import { type AdvisoryDiff, diffAdvisories } from '../../src/advisories/diff-advisories.ts';
import { locateSnapshot } from '../../src/advisories/kept-snapshots.ts';
import { readSnapshot } from '../../src/advisories/read-snapshot.ts';
import { updateAdvisories } from '../../src/advisories/update.ts';
import { createMalwareEngines } from '../../src/analyzers/malware/create-malware-engines.ts';
import { createConnections } from '../../src/inventory/create-connections.ts';
import { syncRegistry } from '../../src/inventory/sync-registry.ts';
import type { JobHandler } from '../../src/jobs/create-worker.ts';
import { defaultLayerLimits } from '../../src/layers/layer-entry.ts';
import type { RegistryClient } from '../../src/registries/registry-client.ts';
import { registryTypes } from '../../src/registries/types/index.ts';
import { createLayerReports } from '../../src/scan/create-layer-reports.ts';
import { createScanThreads, type ScanThreads } from '../../src/scan/create-scan-threads.ts';
import { defaultImageLimits } from '../../src/scan/image-limits.ts';
import { createMatchInventory, currentMatchKey, type MatchInventory } from '../../src/scan/match-inventory.ts';
import { scanImage } from '../../src/scan/scan-image.ts';
import type { NewRegistry, Store } from '../../src/store/store.ts';
import { createScanJobHandler } from '../../src/tasks/run-scan-job.ts';
import { createSyncJobHandler } from '../../src/tasks/run-sync-job.ts';
import { openTestStore, sqliteEngine } from './open-test-store.ts';
import { sampleRegistry } from './sample-images.ts';
import { writeAdvisoryZip } from './write-zip.ts';

/** Everything between a registry and the rows of the list, without an API: a store, threads, the handlers of jobs. */
export interface ScanLab {
  readonly store: Store;
  readonly clock: { now: Date };
  readonly scan: JobHandler;
  readonly sync: JobHandler;
  readonly matchInventory: MatchInventory;
  /** What results are matched with now: the advisories that were fetched last. */
  readonly snapshotId: () => Promise<string | undefined>;
  /** What two of the last three snapshots say differently. */
  readonly compare: (from: string, to: string, signal: AbortSignal) => Promise<AdvisoryDiff | undefined>;
  /** Serves repositories over HTTP until the lab closes. */
  serve(...repositories: readonly ServedRepository[]): Promise<ServedRegistry>;
  /** Adds a served registry and syncs it; returns its id. */
  addSynced(url: string, overrides?: Partial<NewRegistry>): Promise<number>;
  /** Publishes advisories for npm packages, `{ minimist: '0.2.1' }` = fixed in, and fetches them. */
  publish(fixedIn: Readonly<Record<string, string>>): Promise<void>;
  /** Changes how registries answer from now on. */
  intercept(change: (client: RegistryClient) => RegistryClient): void;
  close(): Promise<void>;
}

const log = pino({ level: 'silent' });
const never = new AbortController().signal;

/** What takes a second to start and keeps nothing from one lab to the next. */
export interface ScanTools {
  readonly engines: ReturnType<typeof createMalwareEngines>;
  readonly threads: ScanThreads;
  close(): Promise<void>;
}

/** Started when they are first needed. */
export function openScanTools(): ScanTools {
  const engines = createMalwareEngines({});
  const threads = createScanThreads(2, { connectMalware: () => engines.connect() });
  return {
    engines,
    threads,
    close: async () => {
      await threads.close();
      await engines.close();
    },
  };
}

export async function openScanLab({ engines, threads }: ScanTools): Promise<ScanLab> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-lab-'));
  const engine = await sqliteEngine();
  const { store, clock } = await openTestStore(engine);
  const now = () => clock.now;
  const connections = createConnections({
    registries: store.registries,
    types: registryTypes,
    network: { allowPrivate: true },
  });
  const served: ServedRegistry[] = [];
  let change = (client: RegistryClient) => client;

  const getLayerReports = createLayerReports({
    threads,
    stored: { content: store.layerReports, malware: store.malwareReports },
    fingerprint: 'lab',
    limits: defaultLayerLimits,
  });
  const matchInventory = createMatchInventory({
    threads,
    advisoriesPath: advisoriesPath(folder),
    maxAgeDays: 7,
    now,
  });
  const sync = createSyncJobHandler({
    store,
    now,
    log,
    syncRegistry: async (registry, signal) =>
      syncRegistry(registry, change(await connections.get(registry.id)), { store, now }, signal),
  });
  const scan = createScanJobHandler({
    store,
    now,
    log,
    scanImage: async (image, artifact, kinds, onProgress, signal) => {
      const client = change(await connections.get(image.registryId));
      const deps = { store, getLayerReports, matchInventory, threads, engines, limits: defaultImageLimits, now };
      return scanImage(image, artifact, kinds, client, deps, onProgress, signal);
    },
  });

  return {
    store,
    clock,
    scan,
    sync,
    matchInventory,
    snapshotId: async () => {
      const snapshot = readSnapshot(advisoriesPath(folder));
      return snapshot && currentMatchKey(snapshot, 7, now());
    },
    compare: (from, to, signal) => diffAdvisories(locateSnapshot(folder, from), locateSnapshot(folder, to), signal),
    serve: async (...repositories) => {
      const registry = await serveRegistry({ repositories });
      served.push(registry);
      return registry;
    },
    addSynced: async (url, overrides = {}) => {
      const { id } = await store.registries.add(sampleRegistry(`registry at ${url}`, { url, ...overrides }));
      await sync({ id: 0, kind: 'sync', registryId: id, attempt: 1 }, never);
      return id;
    },
    publish: async (fixedIn) => {
      await writeAdvisoryZip(join(folder, 'osv/npm/all.zip'), Object.entries(fixedIn).map(toAdvisory));
      const urls = { osvUrl: `file://${join(folder, 'osv')}`, kevUrl: `file://${join(folder, 'kev.json')}` };
      await updateAdvisories({ dataDir: folder, ...urls, now }, never);
    },
    intercept: (next) => {
      change = next;
    },
    close: async () => {
      await connections.close();
      await store.close();
      await engine.stop();
      for (const registry of served) await registry.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const toAdvisory = ([name, fixed]: readonly [string, string]) => ({
  schema_version: '1.7.3',
  id: `GHSA-${name}`,
  modified: '2023-01-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
});
