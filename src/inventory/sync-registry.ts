import { AppError } from '../model/app-error.ts';
import type { Registry, SkippedCounts, SkipReason } from '../model/registry.ts';
import { classifyTag } from '../oci/classify.ts';
import { repositoryPath } from '../registries/distribution/repository-path.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { KnownTag, SeenTag, Store } from '../store/store.ts';
import { createFailureJudge } from './create-failure-judge.ts';
import { createImageCache, type ImageCache } from './create-image-cache.ts';
import { createMessages } from './create-messages.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { readTag } from './read-tag.ts';

/** What one walk over a registry saw. */
export interface SyncResult {
  readonly repositories: number;
  readonly tags: number;
  /** Tags whose manifest had not changed and was not read again. */
  readonly unchanged: number;
  readonly removedImages: number;
  readonly skipped: Partial<SkippedCounts>;
  /** What could not be read, and so was kept as it was; only so many are told in full. */
  readonly unread: readonly string[];
  /** What was read and is no row although it should be one; only so many are told in full. */
  readonly notes: readonly string[];
  /** What the registry itself wants people to know. */
  readonly warnings: readonly string[];
}

export interface SyncDeps {
  readonly store: Pick<Store, 'images'>;
  readonly now: () => Date;
}

const REPOSITORIES_AT_ONCE = 4;
const TAGS_AT_ONCE = 4;
const TAGS_PER_SAVE = 100;
const BYTES_PER_SAVE = 16 * 1024 ** 2;

/**
 * Walks a registry: catalog → tags → HEAD with the ETag of the last visit → manifests of what changed → rows. Throws
 * when the registry cannot be walked to its end; then nothing has been deleted. What the complete walk has not seen is
 * removed, unless the catalog is empty and was not before (`catalog-empty`): that is rather a lost disk or a lost
 * permission than a cleaned registry.
 */
export async function syncRegistry(
  registry: Registry,
  client: RegistryClient,
  deps: SyncDeps,
  signal: AbortSignal,
): Promise<SyncResult> {
  const startedAt = deps.now();
  const walk = createWalk(registry, client, deps, startedAt, signal);
  const listed = new Set<string>();
  const known = await deps.store.images.repositories(registry.id);
  await forEachConcurrently(
    repositoriesToWalk(client.repositories(signal), known, listed),
    REPOSITORIES_AT_ONCE,
    (repository) => walk.repository(repository),
    signal,
  );
  const seen = walk.finish();
  if (listed.size === 0 && known.length > 0 && seen.tags === 0) {
    throw new AppError(
      'catalog-empty',
      `${registry.url} lists no repositories, but ${known.length} were known. Nothing was removed.`,
    );
  }
  const removedImages = await deps.store.images.removeUnseen(registry.id, startedAt);
  return { ...seen, repositories: listed.size, removedImages };
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

interface Walk {
  repository(name: string): Promise<void>;
  /** @throws AppError when nothing at all could be read */
  finish(): Omit<SyncResult, 'repositories' | 'removedImages'>;
}

function createWalk(
  registry: Registry,
  client: RegistryClient,
  { store, now }: SyncDeps,
  startedAt: Date,
  signal: AbortSignal,
): Walk {
  const failures = createFailureJudge(client, signal);
  const skipped: Partial<Record<SkipReason, number>> = {};
  const unread = createMessages();
  const notes = createMessages();
  let tags = 0;
  let unchanged = 0;

  // A clock that is set back during the walk must not make what it saw look unseen.
  const seenAt = () => new Date(Math.max(startedAt.getTime(), now().getTime()));
  const skip = (counts: Partial<SkippedCounts>) => {
    for (const [reason, count] of Object.entries(counts) as [SkipReason, number][])
      skipped[reason] = (skipped[reason] ?? 0) + count;
  };
  /** Rethrows what concerns the whole registry; the rest is told, and what was known of it is kept. */
  const noteUnread = async (what: string, error: unknown) => {
    await failures.judge(error);
    unread.add(what, error);
  };

  /** What a tag is now; undefined when it stays as it was, or is no image. */
  const visit = async (
    repository: string,
    name: string,
    known: KnownTag | undefined,
    cache: ImageCache,
    keep: (id: number) => void,
  ): Promise<{ readonly tag: SeenTag; readonly bytes: number } | undefined> => {
    const what = `${repository}:${name}`;
    try {
      if (known && (await isUnchanged(client, repository, name, known, signal))) {
        failures.succeeded();
        unchanged++;
        skip(known.skipped);
        keep(known.id);
        return undefined;
      }
      const { tag, bytes, incomplete, notes: told } = await readTag(client, repository, name, cache, signal);
      failures.succeeded();
      skip(tag.skipped);
      for (const note of told) notes.add(what, note);
      // Its rows may be among what could not be read this time.
      if (incomplete && known) return void keep(known.id);
      return { tag: { ...tag, syncedAt: seenAt() }, bytes };
    } catch (error) {
      if (error instanceof AppError && error.code === 'manifest-unsupported') {
        skip({ 'manifest-unsupported': 1 });
        notes.add(what, error);
        return undefined;
      }
      await noteUnread(what, error);
      skip({ unreadable: 1 });
      if (known) keep(known.id);
      return undefined;
    }
  };

  const walkTags = async (repository: string, known: ReadonlyMap<string, KnownTag>) => {
    const cache = createImageCache();
    const kept: number[] = [];
    let changed: SeenTag[] = [];
    let changedBytes = 0;
    const save = async () => {
      const batch = changed;
      changed = [];
      changedBytes = 0;
      if (batch.length > 0) await store.images.saveTags(registry.id, repository, batch);
    };
    try {
      await forEachConcurrently(
        client.tags(repository, signal),
        TAGS_AT_ONCE,
        async (name) => {
          tags++;
          const companion = classifyTag(name);
          if (companion) return skip({ [companion]: 1 });
          const seen = await visit(repository, name, known.get(name), cache, (id) => kept.push(id));
          if (!seen) return;
          changed.push(seen.tag);
          changedBytes += seen.bytes;
          if (changed.length >= TAGS_PER_SAVE || changedBytes >= BYTES_PER_SAVE) await save();
        },
        signal,
      );
    } finally {
      // Also of a list that broke off: what was read is true.
      await save();
    }
    await store.images.touchTags(kept, seenAt());
  };

  return {
    repository: async (name) => {
      let known: ReadonlyMap<string, KnownTag> = new Map();
      try {
        // A name that no registry can have must reach neither a URL nor the database.
        repositoryPath(name);
        known = await store.images.knownTags(registry.id, name);
        await walkTags(name, known);
      } catch (error) {
        await noteUnread(name, error);
        await store.images.touchTags(
          [...known.values()].map((tag) => tag.id),
          seenAt(),
        );
      }
    },
    finish: () => {
      failures.finish();
      return {
        tags,
        unchanged,
        skipped,
        unread: unread.list(),
        notes: notes.list(),
        warnings: client.warnings(),
      };
    },
  };
}

async function isUnchanged(
  client: RegistryClient,
  repository: string,
  tag: string,
  known: KnownTag,
  signal: AbortSignal,
): Promise<boolean> {
  // What was missing then may be there now, below an index that stays the same.
  if (known.skipped.unreadable) return false;
  try {
    const head = await client.head(repository, tag, known.etag, signal);
    return head.unchanged || head.digest === known.digest;
  } catch (error) {
    // The answer to HEAD has no body: GET tells what is the matter, or works where HEAD is not spoken.
    if (error instanceof AppError && !error.retryable && isAboutOneTag(error)) return false;
    throw error;
  }
}

function isAboutOneTag({ code }: AppError): boolean {
  return code === 'image-not-found' || code === 'registry-error' || code === 'permission-denied';
}
