import type { Registry } from '../model/registry.ts';
import { repositoryPath } from '../registries/distribution/repository-path.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Store } from '../store/store.ts';
import { chooseRepositories } from './choose-repositories.ts';
import { createFailureJudge } from './create-failure-judge.ts';
import { createTally } from './create-tally.ts';
import { walkTags } from './walk-repository.ts';

/** What of one repository is to be looked at. */
export interface Wanted {
  readonly repository: string;
  /** These, and whatever is new or has moved as far as the list of tags tells; `all`: every tag of it. */
  readonly tags: ReadonlySet<string> | 'all';
}

/** What a look at one repository saw. */
export interface Looked {
  /** Tags that are there. */
  readonly listed: ReadonlySet<string>;
  readonly removedImages: number;
  /** What could not be read, and so was kept as it was. */
  readonly unread: readonly string[];
}

/**
 * Looks at one repository and saves what is true now: its list of tags is read to its end, the tags that are wanted are
 * visited, and those that are known and no longer listed are removed. Throws when it cannot be listed; then nothing has
 * been removed. It never counts as a walk: the next one sees the repository all the same.
 */
export async function lookAgain(
  registry: Registry,
  whole: RegistryClient,
  { repository, tags }: Wanted,
  { store, now }: { readonly store: Pick<Store, 'images'>; readonly now: () => Date },
  signal: AbortSignal,
): Promise<Looked> {
  // A name that no registry can have must reach neither a URL nor the database.
  repositoryPath(repository);
  const { client, hides } = chooseRepositories(whole, registry.syncChoice);
  const startedAt = now();
  const failures = createFailureJudge(client, signal);
  const tally = createTally();
  const known = await store.images.knownTags(registry.id, repository);
  const listed = await walkTags(
    {
      registryId: registry.id,
      client,
      store,
      failures,
      tally,
      walked: new Set(),
      isWanted: (tag, before) =>
        tags === 'all' || tags.has(tag.name) || !before || (tag.digest !== undefined && tag.digest !== before.digest),
      seenAt: () => new Date(Math.max(startedAt.getTime(), now().getTime())),
      signal,
    },
    repository,
    known,
  );
  failures.finish();
  const gone = [...known].flatMap(([name, tag]) => (listed.has(name) ? [] : [tag.id]));
  const removedImages = gone.length === 0 ? 0 : await store.images.removeTags(registry.id, repository, gone, startedAt);
  // What a sync would not look at will never be seen: nobody should wait for it.
  const hidden = tags === 'all' ? [] : [...tags].filter((tag) => hides(repository, tag));
  return { listed: new Set([...listed, ...hidden]), removedImages, unread: tally.total().unread };
}
