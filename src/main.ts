import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry as MetricsRegistry } from 'prom-client';
import { advisoriesPath } from './advisories/advisories-path.ts';
import { defaultEcosystems } from './advisories/ask-feeds.ts';
import { diffAdvisories } from './advisories/diff-advisories.ts';
import { ecosystemsInFolder } from './advisories/ecosystems-in-folder.ts';
import { locateSnapshot } from './advisories/kept-snapshots.ts';
import { readSnapshot } from './advisories/read-snapshot.ts';
import { updateAdvisories } from './advisories/update.ts';
import { createMalwareEngines } from './analyzers/malware/create-malware-engines.ts';
import { createSecretFinder } from './analyzers/secrets/create-secret-finder.ts';
import { actions } from './api/actions/index.ts';
import { createExportLinks, type ExportLinks } from './api/export-links.ts';
import { exportTables } from './api/export-tables/index.ts';
import { createRateLimit } from './api/protocol/create-rate-limit.ts';
import { createSharedRateLimit } from './api/protocol/create-shared-rate-limit.ts';
import { createDispatch } from './api/protocol/dispatch.ts';
import { ensureAdminKey } from './config/admin-key.ts';
import { databaseUrl } from './config/database-url.ts';
import type { Config } from './config/load-config.ts';
import { malwareOptions } from './config/malware-options.ts';
import { loadMasterKey } from './config/master-key.ts';
import { readAllowRules } from './config/read-allow-rules.ts';
import { registryLimits } from './config/registry-limits.ts';
import { imageLimits, layerLimits } from './config/scan-limits.ts';
import { exportFormats } from './exports/formats/index.ts';
import { createHttpServer } from './http/create-http-server.ts';
import { connect, createConnections } from './inventory/create-connections.ts';
import { syncRegistry } from './inventory/sync-registry.ts';
import { createWorker } from './jobs/create-worker.ts';
import type { RegistrySettings } from './model/registry.ts';
import { checkConnection } from './registries/check-connection.ts';
import { registryTypes } from './registries/types/index.ts';
import { contentFingerprint } from './scan/content-fingerprint.ts';
import { createLayerReports } from './scan/create-layer-reports.ts';
import { createScanThreads } from './scan/create-scan-threads.ts';
import { createVexFolder } from './scan/create-vex-folder.ts';
import { createMatchInventory, currentMatchKey, type MatchInventory } from './scan/match-inventory.ts';
import { scanImage } from './scan/scan-image.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { createVault } from './store/vault.ts';
import { createWantedEcosystems, type WantedEcosystems } from './tasks/create-wanted-ecosystems.ts';
import { giveUpJob } from './tasks/give-up-job.ts';
import { createExportJobHandler } from './tasks/run-export-job.ts';
import { createScanJobHandler } from './tasks/run-scan-job.ts';
import { createSyncJobHandler } from './tasks/run-sync-job.ts';
import { type AdvisoryUpdates, startAdvisoryUpdates } from './tasks/start-advisory-updates.ts';
import { startHousekeeping } from './tasks/start-housekeeping.ts';
import { startRematching } from './tasks/start-rematching.ts';
import { startTimetable } from './tasks/start-timetable.ts';
import { storeAdminKey } from './tasks/store-admin-key.ts';

// The only file that wires everything.

const now = () => new Date();
const CONNECTION_CHECK_MS = 20_000;
const SIGNING_KEYS_KEPT = 1_000;

export interface RunningPlimsoll {
  /** Where the API listens, `http://host:port`. */
  readonly url: string;
  /** Ends requests and jobs under way in an orderly way; what is unfinished is handed back. */
  stop(): Promise<void>;
}

/** Starts the whole server: store, worker, advisories, API. */
export async function startPlimsoll(config: Config, log: Logger): Promise<RunningPlimsoll> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const masterKey = await loadMasterKey(config);
  const store = await openStore({
    url: databaseUrl(config),
    vault: createVault(masterKey),
    now,
    ...(config.authorizedImageLimit > 0 ? { authorizedImageLimit: config.authorizedImageLimit } : {}),
  });
  await storeAdminKey(store.keys, await ensureAdminKey(config), log);

  const network = { allowPrivate: config.allowPrivateRegistries };
  const connections = createConnections({
    registries: store.registries,
    types: registryTypes,
    network,
    budgets: {
      store: store.budgets,
      defaults: registryLimits(config),
      blobRate: config.minBlobRate,
      now,
      onError: (err) => log.warn({ err }, 'the budget of a registry could not be recorded'),
    },
  });
  const engines = createMalwareEngines(malwareOptions(config));
  const allowSecrets = await readAllowRules(config.secretAllow);
  const threads = createScanThreads(config.workers, {
    allowSecrets,
    heapMb: config.threadMemoryMb,
    connectMalware: () => engines.connect(),
  });
  const wanted = createWantedEcosystems(store.settings);
  const snapshotInUse = () => readSnapshot(advisoriesPath(config.dataDir));
  const advisories = startAdvisoryUpdates({
    update: async (signal) => {
      const ecosystems = ecosystemsInFolder(config.advisoriesUrl) ?? [...defaultEcosystems, ...(await wanted.list())];
      const { dataDir, advisoriesUrl: osvUrl, kevUrl, epssUrl } = config;
      return updateAdvisories(
        { dataDir, osvUrl, kevUrl, epssUrl, ecosystems, keep: config.advisoriesKeep, now },
        signal,
      );
    },
    lastCheckedAt: async () => {
      const snapshot = snapshotInUse();
      return snapshot && new Date(snapshot.checkedAt);
    },
    now,
    log,
  });
  const vex = createVexFolder(config.vexFolder ?? join(config.dataDir, 'vex'), log);
  const matchInventory = learnWanted(
    createMatchInventory({
      threads,
      ready: advisories.started,
      advisoriesPath: advisoriesPath(config.dataDir),
      maxAgeDays: config.advisoriesMaxAgeDays,
      now,
      vex,
    }),
    wanted,
    advisories,
  );
  const secrets = createSecretFinder({ allow: allowSecrets });
  const getLayerReports = createLayerReports({
    threads,
    stored: { content: store.layerReports, malware: store.malwareReports },
    fingerprint: contentFingerprint(secrets),
    limits: layerLimits(config),
  });
  const worker = createWorker({
    jobs: store.jobs,
    handlers: {
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
          scanImage(
            image,
            artifact,
            kinds,
            await connections.get(image.registryId),
            { store, getLayerReports, matchInventory, threads, engines, limits: imageLimits(config), now },
            onProgress,
            signal,
          ),
      }),
    },
    giveUp: (job, reason) => giveUpJob(store, job, reason),
    name: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
    concurrency: config.jobs,
    leaseMs: config.leaseSeconds * 1000,
    now,
    log,
  });
  const server = createServer(config, store, createExportLinks(masterKey), log, network);
  const stop = async (...clocks: readonly { stop(): Promise<void> }[]) => {
    await server.close();
    await Promise.all([worker, advisories, ...clocks].map((each) => each.stop()));
    await connections.close();
    await threads.close();
    await engines.close();
    await store.close();
  };
  try {
    // Before anything is worked on: where another Plimsoll listens already, its jobs are not ours to take.
    const url = await server.listen(config.listen);
    log.info({ url }, 'listening');
    // On SQLite nobody else works on this database, so whatever is leased belonged to a process that is gone.
    await store.jobs.release(now(), config.databaseUrl === undefined);
    worker.start();
    const housekeeping = startHousekeeping(store, config, now, log);
    const timetable = startTimetable(store, now, log);
    const rematching = startRematching({
      store,
      matchInventory,
      snapshotId: async () => {
        const snapshot = snapshotInUse();
        const { id } = await vex.read();
        return snapshot && currentMatchKey(snapshot, config.advisoriesMaxAgeDays, now(), id);
      },
      compare: (from, to, signal) =>
        diffAdvisories(locateSnapshot(config.dataDir, from), locateSnapshot(config.dataDir, to), signal),
      log,
    });
    return { url, stop: () => stop(housekeeping, timetable, rematching) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createServer(
  config: Config,
  store: Store,
  exportLinks: ExportLinks,
  log: Logger,
  network: { readonly allowPrivate: boolean },
) {
  const metrics = new MetricsRegistry();
  collectDefaultMetrics({ register: metrics });
  const dispatch = createDispatch({
    actions,
    keys: store.keys,
    audit: store.audit,
    context: {
      store,
      now,
      exportLinks,
      registryTypes: registryTypes.map(({ name }) => name),
      checkConnection: (settings) => checkRegistry(settings, network),
    },
    publicUrl: config.publicUrl,
    signingKeys: new LRUCache<string, Buffer>({ max: SIGNING_KEYS_KEPT }),
    limitRate:
      config.databaseUrl === undefined
        ? createRateLimit(config.rateLimit)
        : createSharedRateLimit(config.rateLimit, store.rateLimits),
    newRequestId: randomUUID,
    now,
    log,
  });
  return createHttpServer({
    dispatch,
    checkHealth: () => store.ping(),
    downloads: { exports: store.exports, formats: exportFormats, links: exportLinks, now },
    metrics,
    log,
  });
}

async function checkRegistry(settings: RegistrySettings, network: { readonly allowPrivate: boolean }) {
  const client = connect(registryTypes, settings, network);
  try {
    return await checkConnection(client, AbortSignal.timeout(CONNECTION_CHECK_MS));
  } finally {
    await client.close();
  }
}

/** The first image of a system that no advisories are here for makes the next update ask for them. */
function learnWanted(
  matchInventory: MatchInventory,
  wanted: WantedEcosystems,
  updates: AdvisoryUpdates,
): MatchInventory {
  return async (inventory, signal) => {
    const matched = await matchInventory(inventory, signal);
    if (matched.snapshot && (await wanted.learn(matched.result.gaps))) updates.refresh();
    return matched;
  };
}
