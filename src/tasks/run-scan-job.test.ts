import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { type BuiltLayer, layer } from '../../demo/build-layer.ts';
import { openScanLab, openScanTools, type ScanLab } from '../../test/support/open-scan-lab.ts';
import { toServedRepository } from '../../test/support/to-served-repository.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { createWorker } from '../jobs/create-worker.ts';
import { AppError } from '../model/app-error.ts';
import type { ScanKind } from '../model/scan.ts';
import type { Job } from '../store/store.ts';

const LEASE_MS = 60_000;
const never = new AbortController().signal;

const tools = openScanTools();
afterAll(() => tools.close());
let lab: ScanLab;
beforeEach(async () => {
  lab = await openScanLab(tools);
});
afterEach(() => lab.close());

const minimist = (version = '0.0.8') =>
  layer()
    .file('node_modules/minimist/package.json', JSON.stringify({ name: 'minimist', version }))
    .gzip();
const imageOf = (...layers: BuiltLayer[]) => buildImage({ created: '2026-01-01T00:00:00Z', layers });

/** One image `team/app:1` of one registry, listed and authorised. */
async function oneImage(...layers: BuiltLayer[]) {
  const repository = toServedRepository('team/app', [{ tag: '1', image: imageOf(...layers) }]);
  const registry = await lab.serve(repository);
  await lab.addSynced(registry.url);
  return { repository, registry };
}

async function startTask(kinds: readonly ScanKind[] = ['vulnerability'], timeoutSeconds?: number): Promise<number> {
  await lab.store.authorizations.authorize({ selection: { all: true }, cap: 100, type: 'manual' });
  const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
  const task = await lab.store.tasks.create({ kinds, selection: { all: true }, createdBy: 'key', ...limit });
  return task?.id ?? 0;
}

const claim = async (): Promise<Job> => {
  const job = await lab.store.jobs.claim('w', lab.clock.now, LEASE_MS);
  if (!job) throw new Error('no job is waiting');
  return job;
};

/** Does all jobs that wait, as a worker would. */
async function workOff(signal = never) {
  for (;;) {
    const job = await lab.store.jobs.claim('w', lab.clock.now, LEASE_MS);
    if (!job) return;
    const outcome = await lab.scan(job, signal);
    if (outcome.done) await lab.store.jobs.complete(job.id, 'w');
    else await lab.store.jobs.retry(job.id, 'w', outcome.retryAt);
  }
}

const rows = async () =>
  (
    await lab.store.images.list({
      conditions: [],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'id', direction: 'asc' },
      offset: 0,
      limit: 100,
    })
  ).rows;
const row = async () => (await rows())[0];
const after = (seconds: number) => {
  lab.clock.now = new Date(lab.clock.now.getTime() + seconds * 1_000);
};

/** Registries whose layers break off, or stop, after half of their bytes. */
const stall = () =>
  lab.intercept((client) => ({
    ...client,
    blob: async (repository, digest, signal) => {
      const { stream } = await client.blob(repository, digest, signal);
      const bytes = Buffer.concat(await stream.toArray());
      const half = new Readable({ read: () => {} });
      half.push(bytes.subarray(0, bytes.length / 2));
      return { stream: half };
    },
  }));

test('an image is scanned; its row and its task say what was found', async () => {
  await lab.publish({ minimist: '0.2.1' });
  await oneImage(minimist());
  const taskId = await startTask();

  await workOff();

  expect(await row()).toMatchObject({
    scanStatus: 'scanned',
    progress: 100,
    summary: { vulnerabilities: 1, packages: 1, scannedAt: lab.clock.now },
  });
  expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({
    status: 'finished',
    finished: 1,
    succeeded: 1,
    atRisk: 1,
  });
});

test('one content listed by many rows, in several registries, is fetched once and scanned for all of them', async () => {
  await lab.publish({ minimist: '0.2.1' });
  const image = imageOf(minimist());
  const tags = ['1', '2', '3'].map((tag) => ({ tag, image }));
  const one = await lab.serve(toServedRepository('team/app', tags), toServedRepository('team/copy', tags));
  const two = await lab.serve(toServedRepository('mirror', tags));
  await lab.addSynced(one.url);
  await lab.addSynced(two.url);
  const taskId = await startTask();

  await workOff();

  expect((await rows()).map((each) => [each.scanStatus, each.summary.vulnerabilities])).toEqual(
    Array(9).fill(['scanned', 1]),
  );
  expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', succeeded: 9, atRisk: 9 });
  const layers = [...one.requests, ...two.requests].filter(({ url }) => url.includes(image.layers[0]?.digest ?? '-'));
  expect(layers).toHaveLength(1);
});

test('a second scan needs no registry: the layers were walked by the first, and the advisories are the new ones', async () => {
  await lab.publish({ minimist: '0.0.1' });
  const { registry } = await oneImage(minimist());
  await startTask();
  await workOff();
  expect((await row())?.summary.vulnerabilities).toBe(0);
  await registry.stop();
  after(60);
  await lab.publish({ minimist: '0.2.1' });
  await startTask();

  await workOff();

  expect((await row())?.summary).toMatchObject({ vulnerabilities: 1, scannedAt: lab.clock.now });
});

test('without advisories the row says that nothing is known, and the task does not call it a success', async () => {
  await oneImage(minimist());
  const taskId = await startTask();

  await workOff();

  expect((await row())?.summary).toMatchObject({
    vulnerability: { status: 'failed', cause: 'advisories-missing' },
    packages: 1,
  });
  expect((await row())?.summary.vulnerabilities).toBeUndefined();
  expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', finished: 1, succeeded: 0 });
});

test('only the kinds that were asked for are scanned; what is known of the others stays', async () => {
  await lab.publish({ minimist: '0.2.1' });
  await oneImage(minimist());
  await startTask(['vulnerability']);
  await workOff();
  const taskId = await startTask(['malware', 'risk']);
  lab.clock.now = new Date(lab.clock.now.getTime() + 1000);

  await workOff();

  expect(await row()).toMatchObject({
    scanStatus: 'scanned',
    progress: 100,
    summary: {
      vulnerability: { status: 'scanned' },
      malware: { status: 'scanned' },
      risk: { status: 'scanned' },
      vulnerabilities: 1,
      malwareFiles: 0,
      scannedAt: lab.clock.now,
    },
  });
  expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', succeeded: 1 });
});

describe('a failure', () => {
  test('that may mend itself is tried again, later each time, and then told with its cause', async () => {
    const { registry } = await oneImage(minimist());
    const taskId = await startTask();
    await registry.stop();
    const waits: number[] = [];

    for (let attempt = 1; attempt <= 3; attempt++) {
      const job = await claim();
      const outcome = await lab.scan(job, never);
      if (outcome.done) break;
      waits.push(outcome.retryAt.getTime() - lab.clock.now.getTime());
      await lab.store.jobs.retry(job.id, 'w', outcome.retryAt);
      expect(await row()).toMatchObject({ scanStatus: 'not-scanned' }); // nobody works on it
      lab.clock.now = outcome.retryAt;
    }

    expect(waits).toEqual([2_000, 4_000]);
    expect((await row())?.summary).toMatchObject({
      vulnerability: { status: 'failed', progress: 100, cause: 'connection-failed' },
      detail: expect.stringMatching(/127\.0\.0\.1/),
    });
    expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', succeeded: 0 });
  });

  test('that cannot mend itself is told at once', async () => {
    const broken = { ...minimist(), diffId: minimist('9.9.9').diffId };
    await oneImage(broken);
    const taskId = await startTask();

    expect(await lab.scan(await claim(), never)).toEqual({ done: true, failed: true });

    expect((await row())?.summary.vulnerability).toMatchObject({ status: 'failed', cause: 'blob-corrupt' });
    expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', succeeded: 0 });
  });

  test('has words of bounded length, whatever a registry says', async () => {
    await oneImage(minimist());
    await startTask();
    lab.intercept((client) => ({
      ...client,
      blob: () => Promise.reject(new AppError('registry-error', 'x'.repeat(100_000))),
    }));

    await workOff();

    expect((await row())?.summary.detail.length).toBeLessThanOrEqual(500);
  });
});

describe('in the middle of a layer that never ends', () => {
  const big = () =>
    layer()
      .file('noise', randomBytes(2 * 1024 * 1024))
      .gzip();

  test('the deadline of the task ends the scan with its cause', async () => {
    await oneImage(big());
    const taskId = await startTask(['vulnerability'], 1);
    stall();

    expect(await lab.scan(await claim(), never)).toEqual({ done: true, failed: true });

    expect((await row())?.summary.vulnerability).toMatchObject({ status: 'failed', cause: 'scan-timeout' });
    expect((await lab.store.tasks.progress(taskId, 10))?.images[0]).toMatchObject({ status: 'failed' });
  });

  test('a deadline that has passed while the image waited ends it before it begins', async () => {
    await oneImage(big());
    await startTask(['vulnerability'], 1);
    const job = await claim();
    after(2);
    stall();

    expect(await lab.scan(job, never)).toEqual({ done: true, failed: true });

    expect((await row())?.summary.vulnerability).toMatchObject({ status: 'failed', cause: 'scan-timeout' });
  });

  test('a task that is stopped ends the scan, the row says so, and the worker goes on with the next', async () => {
    await oneImage(big());
    const taskId = await startTask();
    stall();
    const worker = createWorker({
      jobs: lab.store.jobs,
      handlers: { scan: lab.scan, sync: lab.sync, export: async () => ({ done: true }) },
      giveUp: async () => {},
      name: 'w',
      concurrency: 1,
      leaseMs: 300,
      now: () => lab.clock.now,
      log: pino({ level: 'silent' }),
    });
    worker.start();
    await waitUntil(async () => ((await row())?.progress ?? 0) > 0);

    await lab.store.tasks.cancel(taskId);
    expect(await row()).toMatchObject({ scanStatus: 'canceled', remainingSeconds: 0 });
    lab.intercept((client) => client);
    await lab.publish({ minimist: '0.2.1' });
    await startTask();
    await waitUntil(async () => (await row())?.scanStatus === 'scanned' || (await row())?.scanStatus === 'failed');

    expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'canceled', finished: 1 });
    await worker.stop();
  });

  test('a stop of the process hands the image back, not scanning', async () => {
    await oneImage(big());
    await startTask();
    stall();
    const stop = new AbortController();
    const scanning = lab.scan(await claim(), stop.signal);
    await waitUntil(async () => ((await row())?.progress ?? 0) > 0);

    stop.abort(new AppError('canceled', 'the server is stopping'));

    await expect(scanning).rejects.toMatchObject({ code: 'canceled' });
    await lab.store.jobs.release(lab.clock.now, true); // what the worker does with it, but for all
    expect(await row()).toMatchObject({ scanStatus: 'not-scanned', progress: 0 });
  });
});

describe('an image that is no longer what it was', () => {
  test('because its task was stopped before it began is left alone', async () => {
    await oneImage(minimist());
    const taskId = await startTask();
    const job = await claim();
    await lab.store.tasks.cancel(taskId);

    expect(await lab.scan(job, never)).toEqual({ done: true });

    expect(await row()).toMatchObject({ scanStatus: 'not-scanned' });
  });

  test('because its registry was removed ends quietly', async () => {
    const { registry } = await oneImage(minimist());
    const taskId = await startTask();
    const job = await claim();
    const { rows: registries } = await lab.store.registries.list({
      conditions: [{ field: 'url', match: 'equals', values: [registry.url] }],
      sort: { key: 'id', direction: 'asc' },
      offset: 0,
      limit: 1,
    });
    await lab.store.registries.remove(registries[0]?.id ?? 0);

    expect(await lab.scan(job, never)).toEqual({ done: true });

    expect(await lab.store.tasks.progress(taskId, 10)).toMatchObject({ status: 'canceled', finished: 1, images: [] });
  });

  test('because it was scanned by the same task under another tag is not scanned again', async () => {
    await lab.publish({ minimist: '0.2.1' });
    const image = imageOf(minimist());
    const registry = await lab.serve(
      toServedRepository('app', [
        { tag: 'a', image },
        { tag: 'b', image },
      ]),
    );
    await lab.addSynced(registry.url);
    await startTask();
    const first = await claim();
    const second = await claim();

    await lab.scan(first, never);
    lab.intercept(() => {
      throw new Error('nothing must be asked');
    });

    expect(await lab.scan(second, never)).toEqual({ done: true });
    expect((await rows()).map((each) => each.scanStatus)).toEqual(['scanned', 'scanned']);
  });
});
