import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { openScanLab, openScanTools, type ScanLab } from '../../test/support/open-scan-lab.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import { toServedRepository } from '../../test/support/to-served-repository.ts';
import { AppError } from '../model/app-error.ts';
import type { NewRegistry } from '../store/store.ts';

const never = new AbortController().signal;

const tools = openScanTools();
afterAll(() => tools.close());
let lab: ScanLab;
beforeEach(async () => {
  lab = await openScanLab(tools);
});
afterEach(() => lab.close());

const image = (seed: string, created: string) => buildImage({ created, layers: [layer().file('seed', seed).gzip()] });
const application = () =>
  toServedRepository('team/app', [
    { tag: 'old', image: image('old', '2026-01-01T00:00:00Z') },
    { tag: 'new', image: image('new', '2026-02-01T00:00:00Z') },
  ]);

const rows = async () =>
  (
    await lab.store.images.list({
      conditions: [],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'createdAt', direction: 'asc' },
      offset: 0,
      limit: 100,
    })
  ).rows;
const jobOf = (registryId: number) => ({ id: 0, kind: 'sync', registryId, attempt: 1 }) as const;
const add = async (url: string, overrides: Partial<NewRegistry> = {}) =>
  (await lab.store.registries.add(sampleRegistry('lab', { url, ...overrides }))).id;

test('a registry that was walked says when, that it is connected, and what was no image', async () => {
  const registry = await lab.serve(application());
  const id = await add(registry.url);

  expect(await lab.sync(jobOf(id), never)).toEqual({ done: true });

  expect(await lab.store.registries.get(id)).toMatchObject({
    syncStatus: 'succeeded',
    syncMessage: '',
    syncedAt: lab.clock.now,
    connectionStatus: 'connected',
    connectionCheckedAt: lab.clock.now,
  });
  expect((await rows()).map((each) => each.tag)).toEqual(['old', 'new']);
  expect((await rows()).every((each) => !each.authorized)).toBe(true);
});

test('a registry that lists nothing says what that may mean', async () => {
  const registry = await lab.serve();
  const id = await add(registry.url);

  await lab.sync(jobOf(id), never);

  expect((await lab.store.registries.get(id))?.syncMessage).toMatch(/no repositories/);
});

test('a registry that cannot be walked keeps its images and the time of its last sync, and says why', async () => {
  const registry = await lab.serve(application());
  const id = await add(registry.url);
  await lab.sync(jobOf(id), never);
  const before = await rows();
  const syncedAt = lab.clock.now;
  await registry.stop();
  lab.clock.now = new Date(syncedAt.getTime() + 60_000);

  expect(await lab.sync(jobOf(id), never)).toEqual({ done: true, failed: true });

  expect(await lab.store.registries.get(id)).toMatchObject({
    syncStatus: 'failed',
    syncCause: 'connection-failed',
    syncMessage: expect.stringMatching(/127\.0\.0\.1/),
    syncedAt,
    connectionStatus: 'failed',
    connectionCause: 'connection-failed',
  });
  expect(await rows()).toEqual(before);
});

test('a password is in no message', async () => {
  const registry = await lab.serve(application());
  const id = await add(registry.url, { password: 'hunter2-hunter2' });
  await registry.stop();

  await lab.sync(jobOf(id), never);

  expect(JSON.stringify(await lab.store.registries.get(id))).not.toContain('hunter2');
});

test('a registry that was removed meanwhile is nobody’s failure', async () => {
  const registry = await lab.serve(application());
  const id = await add(registry.url);
  lab.intercept((client) => ({
    ...client,
    tags: async function* (...rest) {
      await lab.store.registries.remove(id);
      yield* client.tags(...rest);
    },
  }));

  expect(await lab.sync(jobOf(id), never)).toEqual({ done: true });

  expect(await rows()).toEqual([]);
  expect(await lab.sync(jobOf(id), never)).toEqual({ done: true });
});

test('a sync that is stopped deletes nothing and is handed back as waiting', async () => {
  const repository = application();
  const registry = await lab.serve(repository);
  const id = await add(registry.url);
  await lab.sync(jobOf(id), never);
  const before = await rows();
  await lab.store.registries.requestSync([id]);
  const job = await lab.store.jobs.claim('w', lab.clock.now, 60_000);
  const stop = new AbortController();
  lab.intercept((client) => ({
    ...client,
    tags: () => {
      stop.abort(new AppError('canceled', 'the server is stopping'));
      throw stop.signal.reason;
    },
  }));

  await expect(lab.sync(jobOf(id), stop.signal)).rejects.toMatchObject({ code: 'canceled' });
  await lab.store.jobs.giveBack(job?.id ?? 0, 'w', lab.clock.now);

  expect((await lab.store.registries.get(id))?.syncStatus).toBe('queued');
  expect(await rows()).toEqual(before);
});

describe('a registry that wants its images scanned', () => {
  const scanned = async () => (await rows()).filter((each) => each.authorized).map((each) => each.tag);

  test('has its latest images authorised and put into one task', async () => {
    const registry = await lab.serve(application());

    await lab.addSynced(registry.url, { needScan: true, syncMode: 0 });

    expect(await scanned()).toEqual(['new']);
    expect(await lab.store.tasks.progress(1, 10)).toMatchObject({ status: 'queued', total: 1 });
    expect(await lab.store.jobs.waiting()).toBe(1);
  });

  test('and is synced incrementally: all that have not been scanned', async () => {
    const registry = await lab.serve(application());

    await lab.addSynced(registry.url, { needScan: true, syncMode: 1 });

    expect(await scanned()).toEqual(['old', 'new']);
  });

  test('does not have them scanned again by the next sync, but what has come since', async () => {
    const repository = application();
    const registry = await lab.serve(repository);
    const id = await lab.addSynced(registry.url, { needScan: true, syncMode: 1 });
    const job = await lab.store.jobs.claim('w', lab.clock.now, 60_000);
    await lab.scan(job ?? jobOf(id), never);
    const other = await lab.store.jobs.claim('w', lab.clock.now, 60_000);
    await lab.scan(other ?? jobOf(id), never);
    for (const each of [job, other]) await lab.store.jobs.complete(each?.id ?? 0, 'w');
    await lab.sync(jobOf(id), never);
    expect(await lab.store.jobs.waiting()).toBe(0);

    const moved = toServedRepository('team/app', [{ tag: 'new', image: image('newer', '2026-03-01T00:00:00Z') }]);
    const [digest] = [...moved.tags.values()];
    Object.assign(repository, {
      tags: new Map([...repository.tags, ...moved.tags]),
      manifests: new Map([...repository.manifests, ...moved.manifests]),
    });
    for (const [key, bytes] of moved.blobs) repository.blobs.set(key, bytes);
    await lab.sync(jobOf(id), never);

    expect(await lab.store.jobs.waiting()).toBe(1);
    expect((await rows()).map((each) => each.digest)).toContain(digest);
  });

  test('is tried again when the task could not be made, though the sync was good', async () => {
    const registry = await lab.serve(application());
    const id = await add(registry.url, { needScan: true });
    const { create } = lab.store.tasks;
    Object.assign(lab.store.tasks, { create: () => Promise.reject(new Error('the database does not answer')) });

    await expect(lab.sync(jobOf(id), never)).rejects.toThrow('the database does not answer');
    expect((await lab.store.registries.get(id))?.syncStatus).toBe('succeeded');

    Object.assign(lab.store.tasks, { create });
    await lab.sync(jobOf(id), never);
    expect(await lab.store.jobs.waiting()).toBe(1);
  });
});
