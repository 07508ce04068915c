import { InvalidConfig } from '../config/load-config.ts';
import type { SettingStore } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';

const NAME = 'master-key-proof';
const PROOF = 'the master key of this store';

/**
 * Refuses a key that cannot open what the store has sealed: a server with it would list registries that it cannot enter. The first
 * process of a store leaves the proof. `accept`: the old key is lost, and this one takes its place.
 * @throws InvalidConfig
 */
export async function proveMasterKey(settings: SettingStore, vault: Vault, accept: boolean): Promise<void> {
  if (accept || (await settings.get(NAME)) === undefined) await settings.set(NAME, vault.seal(PROOF));
  // Read again: of two processes that start at once with different keys only one is right.
  const sealed = (await settings.get(NAME)) ?? '';
  try {
    vault.open(sealed);
  } catch {
    throw new InvalidConfig([
      'PLIMSOLL_MASTER_KEY (or PLIMSOLL_MASTER_KEY_FILE, or master.key in the data folder) is not the key that this store was sealed with. ' +
        'Give the one that its other servers have. If it is lost, start once with PLIMSOLL_NEW_MASTER_KEY=on: registry ' +
        'passwords and API keys must then be entered again.',
    ]);
  }
}
