import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { ensureAdminKey } from '../config/admin-key.ts';
import { databaseUrl } from '../config/database-url.ts';
import type { Config } from '../config/load-config.ts';
import { loadMasterKey } from '../config/master-key.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createVault } from '../store/vault.ts';
import { storeAdminKey } from '../tasks/store-admin-key.ts';
import { proveMasterKey } from './prove-master-key.ts';

/** What every process of one database has. */
export interface Installation {
  readonly config: Config;
  readonly store: Store;
  readonly masterKey: Uint8Array;
  /** Names this process among those of the database. */
  readonly holder: string;
  /** The database's: durations within this process are not measured by it. */
  readonly now: () => Date;
  readonly log: Logger;
}

/** Opens the store, bringing its tables up to date, with the admin key in it. */
export async function openInstallation(config: Config, log: Logger): Promise<Installation> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const masterKey = await loadMasterKey(config);
  const vault = createVault(masterKey);
  const store = await openStore({
    url: databaseUrl(config),
    vault,
    querySeconds: config.querySeconds,
    ...(config.authorizedImageLimit > 0 ? { authorizedImageLimit: config.authorizedImageLimit } : {}),
  });
  try {
    await proveMasterKey(store.settings, vault, config.newMasterKey);
  } catch (error) {
    await store.close();
    throw error;
  }
  const holder = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
  return { config, store, masterKey, holder, now: store.now, log };
}

/** Only where somebody signs with it: a worker makes no key. */
export async function ensureStoredAdminKey({ config, store, log }: Installation): Promise<void> {
  await storeAdminKey(store.keys, await ensureAdminKey(config), log);
}
