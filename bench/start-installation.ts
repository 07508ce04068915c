import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type ApiClient, createApiClient } from '../src/api/client/create-api-client.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { startPlimsoll } from '../src/main.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';
import { seedImages } from './seed-images.ts';

/** A whole server over a database with so many images. */
export interface Installation {
  readonly rows: number;
  readonly store: Store;
  readonly client: ApiClient;
  stop(): Promise<void>;
}

/** `dataDir` must not exist. On SQLite in that folder, or on the empty database of `postgresUrl`. */
export async function startInstallation(
  dataDir: string,
  postgresUrl: string | undefined,
  rows: number,
): Promise<Installation> {
  await mkdir(dataDir);
  const masterKey = randomBytes(32);
  const key = { secretId: 'AKIDbench', secretKey: randomBytes(16).toString('hex') };
  const url = postgresUrl ?? `file:${join(dataDir, 'plimsoll.db')}`;
  const vault = createVault(masterKey);
  await seedImages(url, vault, rows);
  if (postgresUrl) await vacuum(postgresUrl);
  const store = await openStore({ url, vault, now: () => new Date() });
  const config = loadConfig({
    PLIMSOLL_DATA_DIR: dataDir,
    PLIMSOLL_LISTEN: '127.0.0.1:0',
    PLIMSOLL_SECRET_ID: key.secretId,
    PLIMSOLL_SECRET_KEY: key.secretKey,
    PLIMSOLL_MASTER_KEY: masterKey.toString('base64'),
    PLIMSOLL_ADVISORIES_URL: `file://${dataDir}`,
    PLIMSOLL_KEV_URL: `file://${join(dataDir, 'kev.json')}`,
    PLIMSOLL_RATE_LIMIT: '0',
    ...(postgresUrl ? { PLIMSOLL_DATABASE_URL: postgresUrl } : {}),
  });
  const server = await startPlimsoll(config, pino({ level: 'silent' }));
  return {
    rows,
    store,
    client: createApiClient({ endpoint: server.url, ...key }),
    stop: async () => {
      await server.stop();
      await store.close();
    },
  };
}

/** What autovacuum does within a minute or two of a first sync. */
async function vacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}
