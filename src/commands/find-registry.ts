import { RegistryList, type RegistryRow } from './api-answers.ts';
import { CommandFailure } from './command-failure.ts';
import type { Api } from './connect-api.ts';
import { readAllPages } from './read-pages.ts';

export async function listRegistries(api: Api): Promise<readonly RegistryRow[]> {
  return readAllPages((page) => api.call('DescribeAssetImageRegistryRegistryList', page, RegistryList));
}

/** Registries by name or id, in the order asked for; throws for one that is not there. */
export async function findRegistries(api: Api, wanted: readonly string[]): Promise<readonly RegistryRow[]> {
  const known = await listRegistries(api);
  return wanted.map((word) => {
    const found = known.find((row) => row.Name === word) ?? known.find((row) => String(row.RegistryId) === word);
    if (found) return found;
    const names = known.map((row) => row.Name).join(', ') || 'none yet';
    throw new CommandFailure(`There is no registry "${word}".`, { fix: `Registries of this server: ${names}.` });
  });
}
