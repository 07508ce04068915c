import { existsSync } from 'node:fs';
import { databaseUrl } from '../config/database-url.ts';
import { loadMasterKey } from '../config/master-key.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { createVault } from '../store/vault.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';

const FILE = 'file:';

/**
 * Lends the store of this machine's settings to `use`, and closes it: for commands that need no server. Unless `create`,
 * there must be one: to look into a folder that was misspelt must not make a new one.
 */
export async function withLocalStore<T>(
  context: CommandContext,
  use: (store: Store) => Promise<T>,
  { create = false }: { readonly create?: boolean } = {},
): Promise<T> {
  const config = context.config();
  const url = databaseUrl(config);
  if (!create && url.startsWith(FILE) && !existsSync(url.slice(FILE.length))) {
    throw new CommandFailure(`There is no database in ${config.dataDir} yet.`, {
      fix:
        'This command works with the database itself, not through a server: run it where the server runs, with its ' +
        '--data-dir (PLIMSOLL_DATA_DIR) or PLIMSOLL_DATABASE_URL. Where there is none yet, `plimsoll serve` makes it.',
    });
  }
  const vault = createVault(await loadMasterKey(config));
  const store = await openStore({ url, vault });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
