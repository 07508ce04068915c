import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { type ApiClient, createApiClient } from '../../src/api/client/create-api-client.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { startPlimsoll } from '../../src/main.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/store/vault.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import { createDatabase, dropDatabases } from '../../test/support/template-databases.ts';
import { bulkLoad } from './bulk-load.ts';
import { type Estate, estateOf, hostOf, REGISTRY_TYPES, registryName } from './estate.ts';
import { estateRows } from './estate-rows.ts';

/** A whole server over an estate, and ways to its store that pass the server by. */
export interface OpenEstate {
  readonly estate: Estate;
  readonly client: ApiClient;
  readonly store: Store;
  readonly database: Database;
  close(): Promise<void>;
}

/** Of the SQL beside ours: some of it would take minutes. */
const BARE_SECONDS = 5;
const MASTER_KEY = Buffer.alloc(32, 5);
const KEY = { secretId: 'AKIDbench', secretKey: 'a key of a bench, for loopback only' };

/** Of so many images, from `folder` where it was made before. `postgresUrl`: of a server that keeps its databases there. */
export async function openEstate(folder: string, postgresUrl: string | undefined, images: number): Promise<OpenEstate> {
  const dataDir = join(folder, `${postgresUrl ? 'postgres' : 'sqlite'}-${images}`);
  const estate = estateOf(images);
  const url = await madeEstate(dataDir, postgresUrl, estate, `estate_${images}`);
  const store = await openStore({ url, vault: createVault(MASTER_KEY), now: () => new Date() });
  const server = await startPlimsoll(
    loadConfig({
      PLIMSOLL_DATA_DIR: dataDir,
      PLIMSOLL_LISTEN: '127.0.0.1:0',
      PLIMSOLL_SECRET_ID: KEY.secretId,
      PLIMSOLL_SECRET_KEY: KEY.secretKey,
      PLIMSOLL_MASTER_KEY: MASTER_KEY.toString('base64'),
      PLIMSOLL_ADVISORIES_URL: `file://${dataDir}`,
      PLIMSOLL_KEV_URL: `file://${join(dataDir, 'kev.json')}`,
      PLIMSOLL_RATE_LIMIT: '0',
      PLIMSOLL_JOBS: '0',
      ...(postgresUrl ? { PLIMSOLL_DATABASE_URL: url } : {}),
    }),
    pino({ level: 'silent' }),
  );
  const database = openDatabase(url, { querySeconds: BARE_SECONDS });
  return {
    estate,
    store,
    database,
    client: createApiClient({ endpoint: server.url, ...KEY }),
    close: async () => {
      await server.stop();
      await store.close();
      await database.close();
    },
  };
}

/** URL of the database. A folder or database that was not finished is made anew. */
async function madeEstate(
  dataDir: string,
  postgresUrl: string | undefined,
  estate: Estate,
  name: string,
): Promise<string> {
  const url = postgresUrl ? postgresUrl.replace(/[^/]*$/, name) : `file:${join(dataDir, 'plimsoll.db')}`;
  if (existsSync(dataDir)) return url;
  const unfinished = `${dataDir}-unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  if (postgresUrl) await dropDatabases(postgresUrl, [name]);
  const start = performance.now();
  const fillUrl = postgresUrl ? await createDatabase(postgresUrl, name) : `file:${join(unfinished, 'plimsoll.db')}`;
  await fill(fillUrl, estate);
  await rename(unfinished, dataDir);
  console.log(`${dataDir}: ${estate.images} images made in ${Math.round((performance.now() - start) / 1000)} s`);
  return url;
}

async function fill(url: string, estate: Estate): Promise<void> {
  const store = await openStore({ url, vault: createVault(MASTER_KEY), now: () => new Date() });
  try {
    for (let registry = 1; registry <= estate.registries; registry++) await addRegistry(store, registry);
  } finally {
    await store.close();
  }
  await bulkLoad(url, estateRows(estate));
  const filled = await openStore({ url, vault: createVault(MASTER_KEY), now: () => new Date() });
  await filled.images.compactCounts();
  await filled.close();
}

async function addRegistry(store: Store, registry: number): Promise<void> {
  const type = REGISTRY_TYPES[registry % REGISTRY_TYPES.length] ?? 'docker';
  await store.registries.add(sampleRegistry(registryName(registry), { type, url: `https://${hostOf(registry)}` }));
}
