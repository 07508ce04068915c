import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedRepository, serveRegistry } from '../demo/serve-registry.ts';
import { createMalwareEngines } from '../src/analyzers/malware/create-malware-engines.ts';
import { createSecretFinder } from '../src/analyzers/secrets/create-secret-finder.ts';
import { syncRegistry } from '../src/inventory/sync-registry.ts';
import { defaultLayerLimits } from '../src/layers/layer-entry.ts';
import { type ScanKind, scanKinds } from '../src/model/scan.ts';
import { createDistributionClient } from '../src/registries/distribution/create-distribution-client.ts';
import { contentFingerprint } from '../src/scan/content-fingerprint.ts';
import { createLayerReports } from '../src/scan/create-layer-reports.ts';
import { createScanThreads } from '../src/scan/create-scan-threads.ts';
import { defaultImageLimits } from '../src/scan/image-limits.ts';
import { createMatchInventory } from '../src/scan/match-inventory.ts';
import { scanImage } from '../src/scan/scan-image.ts';
import { openStore } from '../src/store/open-store.ts';
import { createVault } from '../src/store/vault.ts';
import { sampleRegistry } from '../test/support/sample-images.ts';

/**
 * Serves the repositories, syncs them into an empty store and scans every image once for these kinds, as the server does.
 * Returns the milliseconds of the scans alone.
 */
export async function scanAll(
  repositories: readonly ServedRepository[],
  threadCount: number,
  kinds: readonly ScanKind[] = scanKinds,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const served = await serveRegistry({ repositories });
  const now = () => new Date();
  const store = await openStore({
    url: `file:${join(folder, 'bench.db')}`,
    vault: createVault(Buffer.alloc(32, 1)),
    now,
  });
  const engines = createMalwareEngines({});
  const threads = createScanThreads(threadCount, { connectMalware: () => engines.connect() });
  const settings = { type: 'docker', url: served.url, username: '', password: '', insecure: false, speedLimit: 0 };
  const client = createDistributionClient(settings, { allowPrivate: true });
  const { signal } = new AbortController();
  try {
    const registry = await addRegistry(store, settings);
    await syncRegistry(registry, client, { store, now }, signal);
    const secrets = createSecretFinder();
    const getLayerReports = createLayerReports({
      threads,
      stored: { content: store.layerReports, malware: store.malwareReports },
      fingerprint: contentFingerprint(secrets),
      limits: defaultLayerLimits,
    });
    const advisoriesPath = join(folder, 'no-advisories.db');
    const matchInventory = createMatchInventory({ threads, advisoriesPath, maxAgeDays: 7, now });
    const deps = { store, getLayerReports, matchInventory, threads, engines, limits: defaultImageLimits, now };
    const start = performance.now();
    for (const id of await store.images.select({ all: true })) {
      const image = await store.images.get(id);
      const artifact = image && (await store.inventories.artifact(image.artifactId));
      if (!image || !artifact) throw new Error(`image ${id} vanished`);
      await scanImage(image, artifact, kinds, client, deps, () => {}, signal);
    }
    return performance.now() - start;
  } finally {
    await client.close();
    await threads.close();
    await engines.close();
    await store.close();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function addRegistry(
  store: Awaited<ReturnType<typeof openStore>>,
  settings: Parameters<typeof createDistributionClient>[0],
) {
  const { id } = await store.registries.add(sampleRegistry('bench', settings));
  const registry = await store.registries.get(id);
  if (!registry) throw new Error('the registry was not stored');
  return registry;
}
