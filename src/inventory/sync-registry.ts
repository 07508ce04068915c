import { AppError } from '../model/app-error.ts';
import type { Registry } from '../model/registry.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Store } from '../store/store.ts';
import { chooseRepositories } from './choose-repositories.ts';
import { createFailureJudge } from './create-failure-judge.ts';
import { createTally, type Tallied } from './create-tally.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { type Walk, walkRepository } from './walk-repository.ts';

/** What one walk over a registry saw. */
export interface SyncResult extends Tallied {
  readonly repositories: number;
  readonly removedImages: number;
  /** What the registry itself wants people to know. */
  readonly warnings: readonly string[];
  /** What else people should know, in whole sentences. */
  readonly remarks: readonly string[];
}

export interface SyncDeps {
  readonly store: Pick<Store, 'images'>;
  readonly now: () => Date;
}

const REPOSITORIES_AT_ONCE = 4;

/**
 * Walks a registry: catalog → tags → HEAD with the ETag of the last visit → manifests of what changed → rows. Throws
 * when the registry cannot be walked to its end; then nothing has been deleted. What the complete walk has not seen is
 * removed, unless the catalog is empty and was not before (`catalog-empty`): that is rather a lost disk or a lost
 * permission than a cleaned registry. See docs/adr/0008-a-walk-removes-only-what-is-seen-to-be-gone.md.
 */
export async function syncRegistry(
  registry: Registry,
  whole: RegistryClient,
  { store, now }: SyncDeps,
  signal: AbortSignal,
): Promise<SyncResult> {
  const chosen = chooseRepositories(whole, registry.syncChoice);
  const { client } = chosen;
  // A walk that had to wait goes on: what it has seen since it began is not asked for again.
  const resumedFrom = registry.walkStartedAt;
  const startedAt = resumedFrom ?? now();
  const failures = createFailureJudge(client, signal);
  const tally = createTally();
  // A clock that is set back during the walk must not make what it saw look unseen.
  const seenAt = () => new Date(Math.max(startedAt.getTime(), now().getTime()));
  const walked = resumedFrom ? await store.images.walkedSince(registry.id, resumedFrom) : new Set<string>();
  const seen = { walked, ...(resumedFrom ? { resumedFrom } : {}) };
  const walk: Walk = { registryId: registry.id, client, store, failures, tally, ...seen, seenAt, signal };
  const listed = new Set<string>();
  const known = await store.images.repositories(registry.id);
  await forEachConcurrently(
    repositoriesToWalk(client.repositories(signal), known, listed),
    REPOSITORIES_AT_ONCE,
    (repository) => walkRepository(walk, repository),
    signal,
  );
  failures.finish();
  const total = tally.total();
  const isEmpty = listed.size === 0 && chosen.repositoriesLeftOut() === 0;
  if (isEmpty && known.length > 0 && total.tags === 0) {
    throw new AppError(
      'catalog-empty',
      `${registry.url} lists no repositories, but ${known.length} were known. Nothing was removed.`,
    );
  }
  const removedImages = await store.images.removeUnseen(registry.id, startedAt, now());
  return { ...total, repositories: listed.size, removedImages, warnings: client.warnings(), remarks: chosen.remarks() };
}

/**
 * The catalog, then the repositories that it no longer names: a catalog may be cut by permissions, so each of those
 * is asked for its tags before its images are called gone.
 */
async function* repositoriesToWalk(
  catalog: AsyncIterable<string>,
  known: readonly string[],
  listed: Set<string>,
): AsyncIterable<string> {
  for await (const repository of catalog) {
    if (listed.has(repository)) continue;
    listed.add(repository);
    yield repository;
  }
  for (const repository of known) if (!listed.has(repository)) yield repository;
}
