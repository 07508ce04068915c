import { AppError } from '../model/app-error.ts';
import { classifyTag } from '../oci/classify.ts';
import { repositoryPath } from '../registries/distribution/repository-path.ts';
import type { ListedTag, RegistryClient } from '../registries/registry-client.ts';
import type { KnownTag, SeenTag, Store } from '../store/store.ts';
import type { FailureJudge } from './create-failure-judge.ts';
import { createImageCache, type ImageCache } from './create-image-cache.ts';
import type { Tally } from './create-tally.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { missedTags } from './missed-tags.ts';
import { type ReadTag, readTag } from './read-tag.ts';

/** One walk over a registry, as its repositories share it. */
export interface Walk {
  readonly registryId: number;
  readonly client: RegistryClient;
  readonly store: Pick<Store, 'images'>;
  readonly failures: FailureJudge;
  readonly tally: Tally;
  /** Begin of a walk that had to wait and now goes on. */
  readonly resumedFrom?: Date;
  /** Repositories that this walk has seen before it had to wait. */
  readonly walked: ReadonlySet<string>;
  /** What of a list of tags is worth a look; everything when absent. */
  readonly isWanted?: (tag: ListedTag, known: KnownTag | undefined) => boolean;
  /** Never before the start of the walk. */
  readonly seenAt: () => Date;
  readonly signal: AbortSignal;
}

const TAGS_AT_ONCE = 4;
const TAGS_PER_SAVE = 100;
const BYTES_PER_SAVE = 16 * 1024 ** 2;

/**
 * Visits every tag of a repository, saves what changed, and marks the rest as seen. What could not be read counts as seen
 * and is told; what concerns the whole registry is thrown.
 */
export async function walkRepository(walk: Walk, name: string): Promise<void> {
  const { store, failures, tally } = walk;
  let known: ReadonlyMap<string, KnownTag> = new Map();
  try {
    // A name that no registry can have must reach neither a URL nor the database.
    repositoryPath(name);
    known = await store.images.knownTags(walk.registryId, name);
    if (walk.walked.has(name)) return seenBefore(walk, known);
    await walkTags(walk, name, known);
    await store.images.recordWalked(walk.registryId, name, walk.seenAt());
  } catch (error) {
    await failures.judge(error);
    tally.unread(name, error);
    await store.images.touchTags(
      [...known.values()].map((tag) => tag.id),
      walk.seenAt(),
    );
  }
}

function seenBefore({ tally, failures }: Walk, known: ReadonlyMap<string, KnownTag>): void {
  for (const { skipped } of known.values()) {
    tally.sawTag();
    tally.sawUnchanged();
    tally.skip(skipped);
  }
  failures.succeeded();
}

/** Returns the names of the tags that are there. Throws where the list cannot be read to its end. */
export async function walkTags(
  walk: Walk,
  repository: string,
  known: ReadonlyMap<string, KnownTag>,
): Promise<ReadonlySet<string>> {
  const { client, store, tally, signal } = walk;
  const cache = createImageCache();
  const kept: number[] = [];
  const names = new Set<string>();
  let changed: SeenTag[] = [];
  let changedBytes = 0;
  let saved: Promise<void> = Promise.resolve();
  const save = async () => {
    const batch = changed;
    changed = [];
    changedBytes = 0;
    if (batch.length === 0) return;
    saved = store.images.saveTags(walk.registryId, repository, batch);
    await saved;
  };
  const take = async (listed: ListedTag) => {
    names.add(listed.name);
    // A database that is slower than the registry must not be handed ever more.
    await saved;
    if (walk.isWanted && !walk.isWanted(listed, known.get(listed.name))) return;
    tally.sawTag();
    const companion = listed.skipped ?? classifyTag(listed.name);
    if (companion) return tally.skip({ [companion]: 1 });
    const visit = await visitTag(walk, repository, listed, known.get(listed.name), cache);
    if (visit === 'gone') return;
    if ('keep' in visit) return void kept.push(visit.keep);
    changed.push(visit.tag);
    changedBytes += visit.bytes;
    if (changed.length >= TAGS_PER_SAVE || changedBytes >= BYTES_PER_SAVE) await save();
  };
  try {
    await forEachConcurrently(client.tags(repository, signal), TAGS_AT_ONCE, take, signal);
    if (client.tagsMayShift) {
      const missed = missedTags(client, repository, known.keys(), names, signal);
      await forEachConcurrently(missed, TAGS_AT_ONCE, take, signal);
    }
  } finally {
    // Also of a list that broke off: what was read is true.
    await save();
    await store.images.touchTags(kept, walk.seenAt());
  }
  return names;
}

/** A tag as it is now, the id of one that stays as it was, or nothing to keep. */
type Visit = { readonly tag: SeenTag; readonly bytes: number } | { readonly keep: number } | 'gone';

async function visitTag(
  walk: Walk,
  repository: string,
  listed: ListedTag,
  known: KnownTag | undefined,
  cache: ImageCache,
): Promise<Visit> {
  const { client, failures, tally, signal } = walk;
  const { name } = listed;
  const what = `${repository}:${name}`;
  const asItWas: Visit = known ? { keep: known.id } : 'gone';
  try {
    if (known && (isSeen(walk, known) || (await isUnchanged(client, repository, listed, known, signal)))) {
      failures.succeeded();
      tally.sawUnchanged();
      tally.skip(known.skipped);
      return asItWas;
    }
    const { tag, bytes, notes, incomplete } = await readTag(client, repository, name, cache, signal);
    failures.succeeded();
    tally.skip(tag.skipped);
    for (const note of notes) tally.note(what, note);
    // Its rows may be among what could not be read this time.
    if (incomplete && known) return asItWas;
    return { tag: { ...pushedAt(tag, listed.pushedAt), syncedAt: walk.seenAt() }, bytes };
  } catch (error) {
    if (error instanceof AppError && error.code === 'manifest-unsupported') {
      failures.succeeded();
      tally.skip({ 'manifest-unsupported': 1 });
      tally.note(what, error);
      return 'gone';
    }
    await failures.judge(error);
    tally.unread(what, error);
    tally.skip({ unreadable: 1 });
    return asItWas;
  }
}

/** By this walk, before it had to wait. */
const isSeen = ({ resumedFrom }: Walk, { syncedAt, skipped }: KnownTag) =>
  resumedFrom !== undefined && syncedAt >= resumedFrom && !skipped.unreadable;

/** A registry that tells when a tag was pushed tells it in its list alone. */
function pushedAt<T extends ReadTag['tag']>(tag: T, at: Date | undefined): T {
  return at === undefined ? tag : { ...tag, images: tag.images.map((image) => ({ ...image, pushedAt: at })) };
}

async function isUnchanged(
  client: RegistryClient,
  repository: string,
  listed: ListedTag,
  known: KnownTag,
  signal: AbortSignal,
): Promise<boolean> {
  // What was missing then may be there now, below an index that stays the same.
  if (known.skipped.unreadable) return false;
  if (listed.digest !== undefined) return listed.digest === known.digest;
  try {
    const head = await client.head(repository, listed.name, known.etag, signal);
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
