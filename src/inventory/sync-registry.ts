import { AppError, causeOf } from '../model/app-error.ts';
import type { Cause } from '../model/cause.ts';
import type { Registry, SkippedCounts, SkipReason } from '../model/registry.ts';
import { classifyTag } from '../oci/classify.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { KnownTag, SeenTag, Store } from '../store/store.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { type ReadImages, readTag } from './read-tag.ts';

/** What one walk over a registry saw. */
export interface SyncResult {
  readonly repositories: number;
  readonly tags: number;
  /** Tags whose manifest had not changed and was not read again. */
  readonly unchanged: number;
  readonly removedImages: number;
  readonly skipped: Partial<SkippedCounts>;
  /** What could not be read, and so was kept as it was; at most `MESSAGES_KEPT` are told in full. */
  readonly unread: readonly string[];
}

export interface SyncDeps {
  readonly store: Pick<Store, 'images'>;
  readonly now: () => Date;
}

const REPOSITORIES_AT_ONCE = 4;
const TAGS_AT_ONCE = 4;
const TAGS_PER_SAVE = 100;
const MESSAGES_KEPT = 20;

/** Trouble with the registry as a whole: nothing that the walk has not seen may be called gone. */
const fatalCauses: readonly Cause[] = [
  'authentication-failed',
  'canceled',
  'certificate-invalid',
  'connection-failed',
  'internal-error',
  'not-a-registry',
  'rate-limited',
];

/**
 * Walks a registry: catalog → tags → HEAD with the ETag of the last visit → manifests of what changed → rows. Throws
 * when the registry cannot be walked to its end; then nothing has been deleted. What the complete walk has not seen is removed.
 */
export async function syncRegistry(
  registry: Registry,
  client: RegistryClient,
  deps: SyncDeps,
  signal: AbortSignal,
): Promise<SyncResult> {
  const walk = createWalk(registry, client, deps, signal);
  const startedAt = deps.now();
  const listed = new Set<string>();
  const known = await deps.store.images.repositories(registry.id);
  await forEachConcurrently(
    repositoriesToWalk(client.repositories(signal), known, listed),
    REPOSITORIES_AT_ONCE,
    (repository) => walk.repository(repository),
    signal,
  );
  const removedImages = await deps.store.images.removeUnseen(registry.id, startedAt);
  return { ...walk.seen(), repositories: listed.size, removedImages };
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
  seen(): Omit<SyncResult, 'repositories' | 'removedImages'>;
}

function createWalk(registry: Registry, client: RegistryClient, { store, now }: SyncDeps, signal: AbortSignal): Walk {
  const skipped: Partial<Record<SkipReason, number>> = {};
  const unread: string[] = [];
  let unreadCount = 0;
  let tags = 0;
  let unchanged = 0;

  const skip = (counts: Partial<SkippedCounts>) => {
    for (const [reason, count] of Object.entries(counts) as [SkipReason, number][])
      skipped[reason] = (skipped[reason] ?? 0) + count;
  };
  /** Rethrows what concerns the whole registry; the rest is noted, and what was known of it is kept. */
  const noteUnread = (what: string, error: unknown) => {
    if (signal.aborted || fatalCauses.includes(causeOf(error))) throw error;
    unreadCount++;
    if (unread.length < MESSAGES_KEPT)
      unread.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };

  /** What a tag is now; undefined when it has gone since it was listed, or stays as it was. */
  const visit = async (
    repository: string,
    name: string,
    known: KnownTag | undefined,
    alreadyRead: ReadImages,
    keep: (id: number) => void,
  ): Promise<SeenTag | undefined> => {
    try {
      if (known && (await isUnchanged(client, repository, name, known, signal))) {
        unchanged++;
        skip(known.skipped);
        keep(known.id);
        return undefined;
      }
      const seen = await readTag(client, repository, name, alreadyRead, signal);
      skip(seen.skipped);
      return { ...seen, syncedAt: now() };
    } catch (error) {
      if (error instanceof AppError && error.code === 'image-not-found') return undefined;
      if (error instanceof AppError && error.code === 'manifest-unsupported') {
        skip({ 'manifest-unsupported': 1 });
        return undefined;
      }
      noteUnread(`${repository}:${name}`, error);
      skip({ unreadable: 1 });
      if (known) keep(known.id);
      return undefined;
    }
  };

  const walkTags = async (repository: string, known: ReadonlyMap<string, KnownTag>) => {
    const alreadyRead: ReadImages = new Map();
    const kept: number[] = [];
    let changed: SeenTag[] = [];
    const save = async () => {
      const batch = changed;
      changed = [];
      if (batch.length > 0) await store.images.saveTags(registry.id, repository, batch);
    };
    await forEachConcurrently(
      client.tags(repository, signal),
      TAGS_AT_ONCE,
      async (name) => {
        tags++;
        const companion = classifyTag(name);
        if (companion) return skip({ [companion]: 1 });
        const seen = await visit(repository, name, known.get(name), alreadyRead, (id) => kept.push(id));
        if (seen) changed.push(seen);
        if (changed.length >= TAGS_PER_SAVE) await save();
      },
      signal,
    );
    await save();
    await store.images.touchTags(kept, now());
  };

  return {
    repository: async (name) => {
      const known = await store.images.knownTags(registry.id, name);
      try {
        await walkTags(name, known);
      } catch (error) {
        noteUnread(name, error);
        await store.images.touchTags(
          [...known.values()].map((tag) => tag.id),
          now(),
        );
      }
    },
    seen: () => ({
      tags,
      unchanged,
      skipped,
      unread: unreadCount > unread.length ? [...unread, `and ${unreadCount - unread.length} more`] : unread,
    }),
  };
}

async function isUnchanged(
  client: RegistryClient,
  repository: string,
  tag: string,
  known: KnownTag,
  signal: AbortSignal,
): Promise<boolean> {
  const head = await client.head(repository, tag, known.etag, signal);
  return head.unchanged || head.digest === known.digest;
}
