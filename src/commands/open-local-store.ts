import { databaseUrl } from '../config/database-url.ts';
import { loadMasterKey } from '../config/master-key.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createVault } from '../store/vault.ts';
import type { CommandContext } from './command-context.ts';

/** Lends the store of this machine's settings to `use`, and closes it: for commands that need no server. */
export async function withLocalStore<T>(context: CommandContext, use: (store: Store) => Promise<T>): Promise<T> {
  const config = context.config();
  const vault = createVault(await loadMasterKey(config));
  const store = await openStore({ url: databaseUrl(config), vault, now: context.now });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
