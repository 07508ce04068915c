import type { Registry } from '../model/registry.ts';
import type { Store } from '../store/store.ts';
import { CommandFailure } from './command-failure.ts';

const WHOLE = /^\d{1,15}$/;

/** A registry by name or id, in the store of this machine instead of a server. */
export async function findLocalRegistry(store: Store, word: string): Promise<Registry> {
  const named = await store.registries.findByName(word);
  const found = named ?? (WHOLE.test(word) ? await store.registries.get(Number(word)) : undefined);
  if (found) return found;
  throw new CommandFailure(`There is no registry "${word}".`, {
    fix: '`plimsoll registry list` shows which there are.',
  });
}
