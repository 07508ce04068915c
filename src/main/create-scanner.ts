import { join } from 'node:path';
import { advisoriesPath } from '../advisories/advisories-path.ts';
import { defaultEcosystems } from '../advisories/ask-feeds.ts';
import { diffAdvisories } from '../advisories/diff-advisories.ts';
import { ecosystemsInFolder } from '../advisories/ecosystems-in-folder.ts';
import { locateSnapshot } from '../advisories/kept-snapshots.ts';
import { readScores } from '../advisories/read-scores.ts';
import { readSnapshot } from '../advisories/read-snapshot.ts';
import { updateAdvisories } from '../advisories/update.ts';
import { createMalwareEngines } from '../analyzers/malware/create-malware-engines.ts';
import { createSecretFinder } from '../analyzers/secrets/create-secret-finder.ts';
import { malwareOptions } from '../config/malware-options.ts';
import { networkPolicy, proxySettings } from '../config/network-policy.ts';
import { readAllowRules } from '../config/read-allow-rules.ts';
import { registryLimits } from '../config/registry-limits.ts';
import { imageLimits, layerLimits } from '../config/scan-limits.ts';
import { createConnections } from '../inventory/create-connections.ts';
import { registryTypes } from '../registries/types/index.ts';
import { contentFingerprint } from '../scan/content-fingerprint.ts';
import { createLayerReports } from '../scan/create-layer-reports.ts';
import { createScanThreads } from '../scan/create-scan-threads.ts';
import { createTurns } from '../scan/create-turns.ts';
import { createVexFolder } from '../scan/create-vex-folder.ts';
import { createMatchInventory, currentMatchKey, type MatchInventory } from '../scan/match-inventory.ts';
import { createWantedEcosystems, type WantedEcosystems } from '../tasks/create-wanted-ecosystems.ts';
import { createAdvisoryExchange } from '../tasks/exchange-advisories.ts';
import { type AdvisoryUpdates, startAdvisoryUpdates } from '../tasks/start-advisory-updates.ts';
import type { Installation } from './open-installation.ts';

export type Scanner = Awaited<ReturnType<typeof createScanner>>;

/** All that a scan needs of a process: connections to registries, threads, engines and advisories. */
export async function createScanner(installation: Installation) {
  const { config, store, now, log } = installation;
  const connections = createConnections({
    registries: store.registries,
    types: registryTypes,
    network: networkPolicy(config),
    budgets: {
      store: store.budgets,
      defaults: registryLimits(config),
      blobRate: config.minBlobRate,
      now,
      onError: (err) => log.warn({ err }, 'the budget of a registry could not be recorded'),
    },
  });
  const allowSecrets = await readAllowRules(config.secretAllow);
  const engines = createMalwareEngines(malwareOptions(config));
  const threads = createScanThreads(config.workers, {
    allowSecrets,
    heapMb: config.threadMemoryMb,
    connectMalware: () => engines.connect(),
  });
  const vex = createVexFolder(config.vexFolder ?? join(config.dataDir, 'vex'), log);
  const wanted = createWantedEcosystems(store.settings);
  const advisories = startUpdates(installation, wanted);
  const path = advisoriesPath(config.dataDir);
  const matchInventory = createMatchInventory({
    threads,
    ready: advisories.started,
    advisoriesPath: path,
    maxAgeDays: config.advisoriesMaxAgeDays,
    now,
    vex,
  });
  return {
    connections,
    advisories,
    /** What `scanImage` is given beside the image. */
    tools: {
      store,
      threads,
      engines,
      getLayerReports: createLayerReports({
        threads,
        stored: { content: store.layerReports, malware: store.malwareReports },
        fingerprint: contentFingerprint(createSecretFinder({ allow: allowSecrets })),
        limits: layerLimits(config),
        ...(config.databaseUrl === undefined ? {} : { turns: turnsOf(installation) }),
      }),
      matchInventory: learnWanted(matchInventory, wanted, advisories),
      limits: imageLimits(config),
      now,
    },
    /** What `startRematching` is given beside the store. */
    rematching: {
      matchInventory: learnWanted(matchInventory, wanted, advisories),
      snapshotId: async () => {
        const snapshot = readSnapshot(path);
        const { id } = await vex.read();
        return snapshot && currentMatchKey(snapshot, config.advisoriesMaxAgeDays, now(), id);
      },
      scoresOf: async (ids: readonly string[]) => readScores(path, ids),
      compare: (from: string, to: string, signal: AbortSignal) =>
        diffAdvisories(locateSnapshot(config.dataDir, from), locateSnapshot(config.dataDir, to), signal),
    },
    close: async () => {
      await connections.close();
      await threads.close();
      await engines.close();
    },
  };
}

const turnsOf = ({ config, store, holder, now }: Installation) =>
  createTurns({ leases: store.leases, holder, leaseMs: config.leaseSeconds * 1_000, now });

function startUpdates(installation: Installation, wanted: WantedEcosystems): AdvisoryUpdates {
  const { config, store, now, log } = installation;
  return startAdvisoryUpdates({
    ...(config.databaseUrl === undefined
      ? {}
      : {
          exchange: createAdvisoryExchange({
            shared: store.sharedAdvisories,
            turns: turnsOf(installation),
            dataDir: config.dataDir,
            keep: config.advisoriesKeep,
          }),
        }),
    update: async (signal) => {
      const ecosystems = ecosystemsInFolder(config.advisoriesUrl) ?? [...defaultEcosystems, ...(await wanted.list())];
      const { dataDir, advisoriesUrl: osvUrl, kevUrl, epssUrl } = config;
      return updateAdvisories(
        {
          dataDir,
          osvUrl,
          kevUrl,
          epssUrl,
          ecosystems,
          keep: config.advisoriesKeep,
          now,
          proxy: proxySettings(config),
        },
        signal,
      );
    },
    lastCheckedAt: async () => {
      const snapshot = readSnapshot(advisoriesPath(config.dataDir));
      return snapshot && new Date(snapshot.checkedAt);
    },
    now,
    log,
  });
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
