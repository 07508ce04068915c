import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../../test/support/sample-images.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { AppError } from '../model/app-error.ts';
import type { RunningImage } from '../model/running-image.ts';
import type { RuntimeSource } from '../runtime/runtime-source.ts';
import { BELIEVED_MS, watchRuntime } from './watch-runtime.ts';

let engine: StoreEngine;
beforeAll(async () => {
  engine = await sqliteEngine();
});
afterAll(() => engine.stop());

const app: RunningImage = { digests: [digestOf('manifest app')], reference: 'app', containers: 2 };

/** A place that a test lets fail. */
function createPlace(name: string) {
  const begin = () => {
    const next = Promise.withResolvers<never>();
    next.promise.catch(() => undefined); // it may fail before anybody follows
    return next;
  };
  let failing = begin();
  const place = {
    follows: 0,
    fail: () => {
      failing.reject(new AppError('connection-failed', 'the wire was cut'));
      failing = begin();
    },
  };
  const source: RuntimeSource = {
    name,
    follow: async (report, signal) => {
      place.follows++;
      const broken = failing.promise;
      await report([app]);
      return Promise.race([broken, sleep(2 ** 30, undefined, { signal }) as Promise<never>]);
    },
  };
  return { place, source };
}

async function open() {
  const { store, clock } = await openTestStore(engine);
  onTestFinished(() => store.close());
  const { id } = await store.registries.add(sampleRegistry('eu'));
  await store.images.saveTags(id, 'team/app', [sampleTag('app', [sampleImage('app')])]);
  const containers = async () => (await store.images.findByImageId(digestOf('config app')))?.containers;
  const watch = (holder: string, sources: readonly RuntimeSource[]) => {
    const log = pino({ level: 'silent' });
    const watching = watchRuntime({ store, sources, holder, now: () => clock.now, log, settleEveryMs: 20 });
    onTestFinished(() => watching.stop());
    return watching;
  };
  return { store, clock, containers, watch };
}

test('what a source reports shows; a broken one says why, and is connected to again', async () => {
  const { store, containers, watch } = await open();
  const { place, source } = createPlace('lab');
  watch('server', [source]);
  await waitUntil(async () => (await containers()) === 2);

  place.fail();
  await waitUntil(async () => (await store.runtime.sources())[0]?.failure === 'the wire was cut');
  await waitUntil(async () => place.follows === 2);
  await waitUntil(async () => (await store.runtime.sources())[0]?.failure === '');
});

test('a source that falls silent counts no more once its word is too old', async () => {
  const { clock, containers, watch } = await open();
  const { source } = createPlace('lab');
  watch('server', [source]);
  await waitUntil(async () => (await containers()) === 2);

  clock.now = new Date(clock.now.getTime() + BELIEVED_MS);

  await waitUntil(async () => (await containers()) === undefined);
});

test('of two servers one follows a source', async () => {
  const { containers, watch } = await open();
  const [first, second] = [createPlace('lab'), createPlace('lab')];
  const watching = watch('first', [first.source]);
  await waitUntil(async () => (await containers()) === 2);
  const other = createPlace('other');
  watch('second', [second.source, other.source]);
  await waitUntil(async () => other.place.follows === 1);

  expect([first.place.follows, second.place.follows]).toEqual([1, 0]);
  await watching.stop();
});

test('a source that nobody ever reached is listed with the reason', async () => {
  const { store, watch } = await open();
  watch('server', [
    { name: 'lab', follow: () => Promise.reject(new AppError('connection-failed', 'nobody is there')) },
  ]);

  await waitUntil(async () => (await store.runtime.sources()).length === 1);
  const [source] = await store.runtime.sources();
  expect(source).toMatchObject({ name: 'lab', fresh: false, failure: 'nobody is there' });
  expect(source).not.toHaveProperty('takenAt');
});
