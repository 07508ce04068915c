import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { LocatedRunningImage } from '../model/running-image.ts';
import type { Database } from './database.ts';
import { lockRunning } from './lock-running.ts';
import { isIdleUnsettled, refreshRunning, settleIdle } from './running-rows.ts';
import { listAlarms } from './runtime-alarms.ts';
import { countContainers, readRuntimeFigures, readRuntimeSources } from './runtime-figures.ts';
import type { RuntimeSnapshot, RuntimeStore } from './runtime-store.ts';
import type { Tables } from './tables.ts';

type Write = Transaction<Tables>;

const ROWS_PER_STATEMENT = 100;
const ROWS_PER_PORTION = 2_000;
const FAILURE_LENGTH = 500;
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

export function createRuntimeStore(database: Database, now: () => Date): RuntimeStore {
  const { engine, read, transaction } = database;
  const change = <T>(work: (trx: Write) => Promise<T>) =>
    transaction(async (trx) => {
      await lockRunning(trx, engine, 'change');
      return work(trx);
    });
  const settleRest = async () => {
    if (!(await isIdleUnsettled(read))) return;
    // In portions: what else is written must not wait for a hundred thousand rows.
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after;
      after = await change((trx) => settleIdle(trx, from, ROWS_PER_PORTION));
    }
  };
  return {
    save: async (snapshot) => {
      const taken = await change((trx) => saveSnapshot(trx, snapshot));
      if (taken) await settleRest();
      return taken;
    },
    confirm: (source, takenAt, expiresAt) => change((trx) => confirm(trx, source, takenAt, expiresAt)),
    recordFailure: (source, failure) => recordFailure(database.write, source, failure.slice(0, FAILURE_LENGTH), now()),
    settle: async () => {
      if (await hasSources(read)) {
        await change(async (trx) => {
          await forgetLongSilent(trx, now());
          await countFresh(trx, now());
          await refreshRunning(trx, 'all');
        });
      }
      await settleRest();
    },
    sources: () => readRuntimeSources(read),
    alarms: (limit) => listAlarms(read, limit),
    figures: () => readRuntimeFigures(read),
    containers: () => countContainers(read),
    forget: async (source) => {
      const known = await change(async (trx) => {
        const gone = await trx.deleteFrom('runtime_sources').where('name', '=', source).executeTakeFirst();
        await refreshRunning(trx, 'all');
        return gone.numDeletedRows > 0n;
      });
      await settleRest();
      return known;
    },
  };
}

async function hasSources(db: Kysely<Tables>): Promise<boolean> {
  return (await db.selectFrom('runtime_sources').select('name').limit(1).executeTakeFirst()) !== undefined;
}

async function confirm(trx: Write, source: string, takenAt: Date, expiresAt: Date): Promise<boolean> {
  const before = await trx
    .selectFrom('runtime_sources')
    .select('counted')
    .where('name', '=', source)
    .executeTakeFirst();
  if (!before) return false;
  await trx
    .updateTable('runtime_sources')
    .set({ taken_at: takenAt.getTime(), expires_at: expiresAt.getTime(), counted: 1, failure: '' })
    .where('name', '=', source)
    .execute();
  if (before.counted === 0) await refreshRunning(trx, 'all');
  return true;
}

/** A source that nobody ever reached is listed, too. */
async function recordFailure(db: Kysely<Tables>, name: string, failure: string, now: Date): Promise<void> {
  await db
    .insertInto('runtime_sources')
    .values({ name, taken_at: 0, expires_at: now.getTime(), counted: 0, failure })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ failure }))
    .execute();
}

/** Nobody waits for a source for ever: it may be one that is no more. */
async function forgetLongSilent(trx: Write, now: Date): Promise<void> {
  await trx
    .deleteFrom('runtime_sources')
    .where('expires_at', '<=', now.getTime() - FORGOTTEN_AFTER_MS)
    .execute();
}

async function countFresh(trx: Write, now: Date): Promise<void> {
  await trx
    .updateTable('runtime_sources')
    .set({ counted: 0 })
    .where('counted', '=', 1)
    .where('expires_at', '<=', now.getTime())
    .execute();
}

async function saveSnapshot(trx: Write, { source, takenAt, expiresAt, images }: RuntimeSnapshot): Promise<boolean> {
  const state = { taken_at: takenAt.getTime(), expires_at: expiresAt.getTime(), counted: 1, failure: '' };
  const before = await trx
    .selectFrom('runtime_sources')
    .select(['taken_at', 'counted'])
    .where('name', '=', source)
    .executeTakeFirst();
  if (before && Number(before.taken_at) > state.taken_at) return false;
  await trx
    .insertInto('runtime_sources')
    .values({ name: source, ...state })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(state))
    .execute();
  const changed = await replaceImages(trx, source, images);
  if (changed || before?.counted !== 1) await refreshRunning(trx, 'all');
  return true;
}

/** Only what differs is written. */
async function replaceImages(trx: Write, source: string, images: readonly LocatedRunningImage[]): Promise<boolean> {
  const wanted = byKey(images);
  const stored = await trx
    .selectFrom('runtime_images')
    .select(['key', 'containers'])
    .where('source', '=', source)
    .execute();
  const containersBefore = new Map(stored.map(({ key, containers }) => [key, Number(containers)]));
  const gone = stored.map(({ key }) => key).filter((key) => !wanted.has(key));
  const changed = [...wanted].filter(([key, { containers }]) => containersBefore.get(key) !== containers);
  for (const keys of inParts(gone)) {
    await trx.deleteFrom('runtime_images').where('source', '=', source).where('key', 'in', keys).execute();
  }
  for (const part of inParts(changed)) await saveImages(trx, source, part);
  return gone.length + changed.length > 0;
}

async function saveImages(
  trx: Write,
  source: string,
  images: readonly (readonly [key: string, image: LocatedRunningImage])[],
): Promise<void> {
  await trx
    .insertInto('runtime_images')
    .values(
      images.map(([key, { reference, location, platform, containers }]) => ({
        source,
        key,
        reference,
        address: location?.address ?? '',
        tag: location?.tag ?? '',
        platform: platform ?? '',
        containers,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['source', 'key']).doUpdateSet((eb) => ({ containers: eb.ref('excluded.containers') })),
    )
    .execute();
  const digests = images.flatMap(([key, image]) => image.digests.map((digest) => ({ source, key, digest })));
  for (const part of inParts(digests)) {
    await trx
      .insertInto('runtime_digests')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Alike images are one, with the containers of all. */
function byKey(images: readonly LocatedRunningImage[]): ReadonlyMap<string, LocatedRunningImage> {
  const merged = new Map<string, LocatedRunningImage>();
  for (const image of images) {
    const digests = [...new Set(image.digests)].toSorted();
    const text = JSON.stringify([digests, image.reference, image.platform ?? '']);
    const key = createHash('sha256').update(text).digest('hex');
    const containers = image.containers + (merged.get(key)?.containers ?? 0);
    merged.set(key, { ...image, digests, containers });
  }
  return merged;
}

function* inParts<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += ROWS_PER_STATEMENT) yield all.slice(at, at + ROWS_PER_STATEMENT);
}
