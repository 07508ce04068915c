import type { Logger } from 'pino';
import type { Looked, Wanted } from '../inventory/look-again.ts';
import { AppError, causeOf } from '../model/app-error.ts';
import type { Registry } from '../model/registry.ts';
import type { Look } from '../store/events.ts';
import { isDatabaseTrouble } from '../store/is-database-trouble.ts';
import type { Store } from '../store/store.ts';
import { scanNewImages } from './scan-new-images.ts';
import { waitForRegistry } from './wait-for-registry.ts';

export interface LookAtEventsDeps {
  readonly store: Store;
  readonly lookAgain: (registry: Registry, wanted: Wanted, signal: AbortSignal) => Promise<Looked>;
  readonly now: () => Date;
  readonly log: Logger;
}

const REPOSITORIES_AT_ONCE = 20;
/** More than this and a whole walk costs less. */
const MOST_MARKS = 10_000;
/** After so many looks that failed the next sync has to find it. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 900_000;
/** A sync that runs beside a look may save what it read before; so it is looked again until there is none. */
const BESIDE_SYNC_MS = 30_000;
const EVERY_TAG = '*';

/** Looks at what the events of one registry were about, until nothing of it is due. */
export async function lookAtEvents(deps: LookAtEventsDeps, registryId: number, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  if ((await store.events.pending(registryId)) > MOST_MARKS) {
    log.info({ registryId }, 'so many events that the whole registry is synced instead');
    await store.registries.requestSync([registryId]);
    return store.events.giveUpAll(registryId);
  }
  for (;;) {
    const looks = await store.events.due(registryId, REPOSITORIES_AT_ONCE);
    if (looks.length === 0) return;
    if (!(await lookAtAll(deps, registryId, looks, signal))) return;
  }
}

/** False when the registry is gone, or cannot be asked for anything now. */
async function lookAtAll(
  deps: LookAtEventsDeps,
  registryId: number,
  looks: readonly Look[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const look of looks) {
    signal.throwIfAborted();
    const registry = await deps.store.registries.get(registryId);
    if (!registry || !(await lookAtOne(deps, registry, look, signal))) return false;
  }
  return true;
}

/** False when the registry cannot be asked for anything now. */
async function lookAtOne(
  deps: LookAtEventsDeps,
  registry: Registry,
  look: Look,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, lookAgain, now, log } = deps;
  const what = { registry: registry.name, repository: look.repository };
  try {
    const looked = await lookAgain(registry, wantedOf(look), signal);
    log.info({ ...what, removedImages: looked.removedImages, unread: looked.unread.length }, 'looked after an event');
    await scanPushed(store, registry, look);
    await conclude(deps, registry, look, looked);
    return true;
  } catch (error) {
    // What is wrong with the database is not the registry's fault.
    if (signal.aborted || isDatabaseTrouble(error)) throw error;
    const waiting = waitForRegistry(error, now());
    if (waiting) {
      log.info({ ...what, until: waiting.retryAt }, 'events wait for their registry');
      await store.events.postponeAll(registry.id, waiting.retryAt);
      return false;
    }
    log.warn({ err: error, ...what, cause: causeOf(error) }, 'a look after an event failed');
    await tryLater(deps, registry, look, error instanceof AppError ? error.retryable : true);
    return true;
  }
}

function wantedOf({ repository, marks }: Look): Wanted {
  const tags = new Set(marks.map(({ tag }) => tag));
  return { repository, tags: tags.has(EVERY_TAG) ? 'all' : tags };
}

/** Settled, unless a pushed tag is not to be seen yet, something could not be read, or a sync may undo what was saved. */
async function conclude({ store, now }: LookAtEventsDeps, registry: Registry, look: Look, looked: Looked) {
  const missing = look.marks.filter(({ tag, pushed }) => pushed && isTag(tag) && !looked.listed.has(tag));
  if (missing.length > 0 || looked.unread.length > 0) return tryLater({ store, now }, registry, look, true);
  if (await isSyncedBeside(store, registry)) {
    const until = new Date(now().getTime() + waitAfter(attemptsOf(look), BESIDE_SYNC_MS));
    return store.events.postpone(registry.id, look, until);
  }
  await store.events.settle(registry.id, look);
}

const isTag = (tag: string) => tag !== '' && tag !== EVERY_TAG;

async function isSyncedBeside(store: Store, before: Registry): Promise<boolean> {
  const after = await store.registries.get(before.id);
  const isNewer = (after?.syncedAt?.getTime() ?? 0) > (before.syncedAt?.getTime() ?? 0);
  return before.syncStatus === 'running' || after?.syncStatus === 'running' || isNewer;
}

async function tryLater(
  { store, now }: Pick<LookAtEventsDeps, 'store' | 'now'>,
  registry: Registry,
  look: Look,
  retryable: boolean,
): Promise<void> {
  const attempts = attemptsOf(look);
  if (!retryable || attempts + 1 >= MOST_ATTEMPTS) return store.events.giveUp(registry.id, look);
  await store.events.postpone(registry.id, look, new Date(now().getTime() + waitAfter(attempts, FIRST_WAIT_MS)));
}

const attemptsOf = ({ marks }: Look): number => Math.min(...marks.map((mark) => mark.attempts));

const waitAfter = (attempts: number, first: number): number => Math.min(first * 3 ** attempts, LONGEST_WAIT_MS);

/** What was pushed is scanned whatever its age; where no tag was named, as after a sync. */
async function scanPushed(store: Store, registry: Registry, { repository, marks }: Look): Promise<void> {
  const tags = marks.filter(({ tag, pushed }) => pushed && isTag(tag)).map(({ tag }) => tag);
  const isWhole = marks.some(({ tag }) => tag === EVERY_TAG);
  if (!registry.needScan || (tags.length === 0 && !isWhole)) return;
  const address = `${new URL(registry.url).host}/${repository}`;
  await scanNewImages(store, registry, {
    conditions: [
      { kind: 'text', field: 'address', match: 'equals', values: [address] },
      ...(isWhole ? [] : [{ kind: 'text', field: 'tag', match: 'equals', values: tags } as const]),
    ],
    latestOnly: isWhole && registry.syncMode === 0,
    why: `event of ${registry.name}`,
  });
}
