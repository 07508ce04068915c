import { AppError } from '../model/app-error.ts';
import type { ListedTag, RegistryClient } from '../registries/registry-client.ts';

/**
 * Tags that were known, were not listed, and are there all the same: a list that is paged by number misses what moves to a
 * page that has been read. Of an empty list one answer is enough to believe it.
 */
export async function* missedTags(
  client: Pick<RegistryClient, 'head'>,
  repository: string,
  known: Iterable<string>,
  listed: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<ListedTag> {
  for (const name of known) {
    if (listed.has(name)) continue;
    if (await isThere(client, repository, name, signal)) yield { name };
    else if (listed.size === 0) return;
  }
}

/** What cannot be told is there: its visit says what is the matter, and keeps it as it was. */
async function isThere(
  client: Pick<RegistryClient, 'head'>,
  repository: string,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.head(repository, name, undefined, signal);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'canceled') throw error;
    return !(error instanceof AppError && error.code === 'image-not-found');
  }
}
