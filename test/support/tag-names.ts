import type { RegistryClient } from '../../src/registries/registry-client.ts';
import { collect } from './collect.ts';

/** All tags of a repository, in the registry's order. */
export async function tagNames(client: RegistryClient, repository: string, signal: AbortSignal): Promise<string[]> {
  return (await collect(client.tags(repository, signal))).map(({ name }) => name);
}
