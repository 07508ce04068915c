import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleResult, sampleSummary } from '../support/sample-scans.ts';

// What callers see of scans under way.

describeEachEngine('progress', (fixture) => {
  const kinds = ['vulnerability'] as const;
  /** Authorised images, newest first. */
  const addImages = async (store: Store, images: number) => {
    const { id } = await store.registries.add(sampleRegistry('r'));
    const tags = Array.from({ length: images }, (_, i) => sampleTag(`v${i}`, [sampleImage(`v${i}`)]));
    await store.images.saveTags(id, 'team/app', tags);
    await store.authorizations.authorize({ selection: { all: true }, cap: images, type: 'manual' });
    return store.images.select({ all: true });
  };
  const scanTask = async (store: Store, ids: readonly number[]) =>
    (await store.tasks.create({ kinds, selection: { ids }, createdBy: 'key' }))?.id ?? 0;
  const after = (seconds: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + seconds * 1000);
  };
  const endScan = async (store: Store, taskId: number, imageId: number) => {
    const image = await store.images.get(imageId);
    await store.inventories.saveScan(sampleResult(image?.artifactId ?? 0));
    await store.tasks.finish(taskId, imageId, 'succeeded');
  };
  const read = async (store: Store, taskId: number) => {
    const { status, progress, remainingSeconds, finished } = (await store.tasks.progress(taskId, 10)) ?? {};
    return { status, progress, remainingSeconds, finished };
  };

  test('goes up with the parts of images, and the time that remains follows the pace so far', async () => {
    const { store } = fixture;
    const [a = 0, b = 0, ...rest] = await addImages(store, 4);
    const taskId = await scanTask(store, [a, b, ...rest]);
    expect(await read(store, taskId)).toEqual({ status: 'queued', progress: 0, remainingSeconds: 0, finished: 0 });

    await store.tasks.start(taskId, a, kinds);
    await store.tasks.recordProgress(taskId, a, { vulnerability: 0 }, 20);
    expect(await read(store, taskId)).toEqual({ status: 'running', progress: 0, remainingSeconds: 20, finished: 0 });

    after(10);
    await store.tasks.recordProgress(taskId, a, { vulnerability: 50 }, 10);
    // An eighth of the work took ten seconds.
    expect(await read(store, taskId)).toEqual({ status: 'running', progress: 12, remainingSeconds: 70, finished: 0 });

    after(10);
    await endScan(store, taskId, a);
    expect(await read(store, taskId)).toEqual({ status: 'running', progress: 25, remainingSeconds: 60, finished: 1 });

    for (const id of [b, ...rest]) {
      after(20);
      await store.tasks.start(taskId, id, kinds);
      await endScan(store, taskId, id);
    }
    expect(await read(store, taskId)).toEqual({ status: 'finished', progress: 100, remainingSeconds: 0, finished: 4 });
  });

  test('one slow image keeps the time that remains up', async () => {
    const { store } = fixture;
    const [a = 0, b = 0] = await addImages(store, 2);
    const taskId = await scanTask(store, [a, b]);
    for (const id of [a, b]) await store.tasks.start(taskId, id, kinds);
    after(1);
    await endScan(store, taskId, a);

    await store.tasks.recordProgress(taskId, b, { vulnerability: 1 }, 300);

    expect(await read(store, taskId)).toMatchObject({ remainingSeconds: 300 });
  });

  test('what a dead worker had done of an image is lost and shown as lost; what had ended is kept', async () => {
    const { store, clock } = fixture;
    const [a = 0, b = 0] = await addImages(store, 2);
    const taskId = await scanTask(store, [a, b]);
    await store.tasks.start(taskId, a, kinds);
    await endScan(store, taskId, a);
    await store.jobs.claim('dead', clock.now, 1_000);
    await store.jobs.claim('dead', clock.now, 1_000);
    await store.tasks.start(taskId, b, kinds);
    await store.tasks.recordProgress(taskId, b, { vulnerability: 80 }, 5);
    expect(await read(store, taskId)).toMatchObject({ progress: 90 });

    await store.jobs.release(clock.now, true);

    expect(await read(store, taskId)).toMatchObject({ status: 'running', progress: 50, finished: 1 });
    expect(await store.images.get(b)).toMatchObject({ scanStatus: 'not-scanned', progress: 0, remainingSeconds: 0 });
  });

  test('over selected images counts what is under way apart from what was never asked for', async () => {
    const { store } = fixture;
    const [a = 0, b = 0, c = 0, ...untouched] = await addImages(store, 5);
    const first = await scanTask(store, [a, b]);
    await store.tasks.start(first, a, kinds);
    await endScan(store, first, a);
    await store.tasks.start(first, b, kinds);
    await store.tasks.recordProgress(first, b, { vulnerability: 40 }, 7);
    await scanTask(store, [c]);
    const ids = [a, b, c, ...untouched];

    expect(await store.tasks.progressOf({ ids }, 10)).toMatchObject({
      status: 'running',
      total: 5,
      finished: 1,
      succeeded: 1,
      atRisk: 1,
      progress: 28,
      remainingSeconds: 7,
    });
    expect(await store.tasks.progressOf({ ids: untouched }, 10)).toMatchObject({
      status: 'none',
      total: 2,
      finished: 0,
      progress: 0,
    });
  });

  test('a second scan of an image begins at nothing, and keeps what the first found until it has a result', async () => {
    const { store } = fixture;
    const [id = 0] = await addImages(store, 1);
    const first = await scanTask(store, [id]);
    await store.tasks.start(first, id, kinds);
    await endScan(store, first, id);
    const second = await scanTask(store, [id]);
    expect(await store.tasks.progressOf({ ids: [id] }, 10)).toMatchObject({ status: 'running', progress: 0 });

    await store.tasks.start(second, id, kinds);
    expect(await store.images.get(id)).toMatchObject({ scanStatus: 'scanning', progress: 0, summary: { critical: 1 } });
    await store.tasks.fail(second, id, { cause: 'connection-failed', detail: 'refused' });

    const failed = await store.images.get(id);
    expect(failed).toMatchObject({
      scanStatus: 'failed',
      progress: 100,
      summary: {
        critical: 1,
        vulnerability: { status: 'failed', cause: 'connection-failed' },
        scannedAt: sampleSummary().scannedAt,
        detail: 'refused',
      },
    });
    const found = await store.findings.vulnerabilities(failed?.artifactId ?? 0, {
      conditions: [],
      offset: 0,
      limit: 9,
    });
    expect(found.total).toBe(1);
  });

  test('a scan that is put back or stopped does not keep the words of an older failure', async () => {
    const { store, clock } = fixture;
    const [id = 0] = await addImages(store, 1);
    const first = await scanTask(store, [id]);
    await store.tasks.start(first, id, kinds);
    await store.tasks.fail(first, id, { cause: 'connection-failed', detail: 'refused' });
    const second = await scanTask(store, [id]);
    await store.jobs.claim('dead', clock.now, 1_000);
    await store.jobs.claim('dead', clock.now, 1_000);
    await store.tasks.start(second, id, kinds);
    expect((await store.images.get(id))?.summary.detail).toBe('');

    await store.tasks.cancel(second);

    expect((await store.images.get(id))?.summary).toMatchObject({
      vulnerability: { status: 'canceled', cause: 'canceled' },
      detail: '',
    });
  });

  test('a task that ran out of time says so for the images it had not finished', async () => {
    const { store, clock } = fixture;
    const [a = 0, b = 0, c = 0] = await addImages(store, 3);
    const task = await store.tasks.create({ kinds, selection: { all: true }, createdBy: 'k', timeoutSeconds: 60 });
    const taskId = task?.id ?? 0;
    const job = await store.jobs.claim('w', clock.now, 1_000);
    await store.tasks.start(taskId, a, kinds);
    await endScan(store, taskId, a);
    await store.jobs.complete(job?.id ?? 0, 'w');
    await store.tasks.start(taskId, b, kinds);

    after(60);
    expect(await store.tasks.expire(clock.now)).toEqual([taskId]);

    expect(await read(store, taskId)).toEqual({ status: 'timed-out', progress: 100, remainingSeconds: 0, finished: 3 });
    expect(await store.images.get(a)).toMatchObject({ scanStatus: 'scanned' });
    expect(await store.images.get(b)).toMatchObject({ scanStatus: 'failed' });
    expect(await store.images.get(c)).toMatchObject({ scanStatus: 'not-scanned' });
    expect(await store.jobs.waiting()).toBe(0);
  });
});
