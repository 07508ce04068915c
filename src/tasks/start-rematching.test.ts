import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { openScanLab, type ScanLab } from '../../test/support/open-scan-lab.ts';
import { toServedRepository } from '../../test/support/to-served-repository.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { AppError } from '../model/app-error.ts';
import type { RematchingDeps } from './start-rematching.ts';
import { startRematching } from './start-rematching.ts';

const never = new AbortController().signal;

let lab: ScanLab;
let stops: (() => Promise<void>)[];
beforeEach(async () => {
  lab = await openScanLab();
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await lab.close();
});

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

function rematching(overrides: Partial<RematchingDeps> = {}) {
  const running = startRematching({
    store: lab.store,
    matchInventory: lab.matchInventory,
    snapshotId: lab.snapshotId,
    log: pino({ level: 'silent' }),
    everyMs: 20,
    ...overrides,
  });
  stops.push(running.stop);
  return running;
}

/** Two images that hold minimist 0.0.8, listed, authorised and scanned; the registry is gone afterwards. */
async function scannedImages() {
  const image = (seed: string) =>
    buildImage({
      created: '2026-01-01T00:00:00Z',
      layers: [
        layer().file('node_modules/minimist/package.json', '{"name":"minimist","version":"0.0.8"}').gzip(),
        layer().file('seed', seed).gzip(),
      ],
    });
  const registry = await lab.serve(
    toServedRepository('team/app', [
      { tag: 'a', image: image('a') },
      { tag: 'b', image: image('b') },
    ]),
  );
  await lab.addSynced(registry.url);
  await scanAll();
  await registry.stop();
}

async function scanAll() {
  await lab.store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
  await lab.store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' });
  for (;;) {
    const job = await lab.store.jobs.claim('w', lab.clock.now, 60_000);
    if (!job) return;
    await lab.scan(job, never);
    await lab.store.jobs.complete(job.id, 'w');
  }
}

test('images that were scanned before there were advisories become known when they arrive, without their registry', async () => {
  await scannedImages();
  const scannedAt = lab.clock.now;
  expect((await rows()).map((row) => row.summary.vulnerability.cause)).toEqual(Array(2).fill('advisories-missing'));
  rematching();
  lab.clock.now = new Date(scannedAt.getTime() + 60_000);

  await lab.publish({ minimist: '0.2.1' });
  await waitUntil(async () => (await rows()).every((row) => row.scanStatus === 'scanned'));

  for (const row of await rows()) {
    expect(row.summary).toMatchObject({ vulnerabilities: 1, packages: 1, scannedAt, detail: '' });
    const found = await lab.store.findings.vulnerabilities(row.artifactId, { conditions: [], offset: 0, limit: 10 });
    expect(found.rows.map(({ id }) => id)).toEqual(['GHSA-minimist']);
  }
});

test('a clean image does not stay clean when a vulnerability becomes known, nor a vulnerable one when it was a mistake', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedImages();
  expect((await rows()).map((row) => row.summary.vulnerabilities)).toEqual([0, 0]);
  rematching();

  await lab.publish({ minimist: '0.2.1' });
  await waitUntil(async () => (await rows()).every((row) => row.summary.vulnerabilities === 1));

  await lab.publish({ minimist: '0.0.1' });
  await waitUntil(async () => (await rows()).every((row) => row.summary.vulnerabilities === 0));
});

test('a row that shows a failure of its own keeps showing it, with the new counts', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedImages();
  const [first] = await rows();
  const task = await lab.store.tasks.create({
    kinds: ['vulnerability'],
    selection: { ids: [first?.id ?? 0] },
    createdBy: 'key',
  });
  await lab.store.tasks.start(task?.id ?? 0, first?.id ?? 0, ['vulnerability']);
  await lab.store.tasks.fail(task?.id ?? 0, first?.id ?? 0, { cause: 'connection-failed', detail: 'refused' });
  rematching();

  await lab.publish({ minimist: '0.2.1' });
  await waitUntil(async () => (await rows()).every((row) => row.summary.vulnerabilities === 1));

  const [failed, other] = await rows();
  expect(failed?.summary).toMatchObject({
    vulnerability: { status: 'failed', cause: 'connection-failed' },
    detail: 'refused',
  });
  expect(other?.scanStatus).toBe('scanned');
});

test('nothing is matched again while the advisories are the same', async () => {
  await lab.publish({ minimist: '0.2.1' });
  await scannedImages();
  let matches = 0;
  let looks = 0;
  rematching({
    snapshotId: () => {
      looks++;
      return lab.snapshotId();
    },
    matchInventory: (...rest) => {
      matches++;
      return lab.matchInventory(...rest);
    },
  });

  await waitUntil(async () => looks >= 3);

  expect(matches).toBe(0);
});

test('one image that cannot be matched does not hold up the others', async () => {
  await scannedImages();
  await lab.publish({ minimist: '0.2.1' });
  let matches = 0;
  rematching({
    matchInventory: (...rest) =>
      matches++ === 0 ? Promise.reject(new AppError('limit-exceeded', 'too large')) : lab.matchInventory(...rest),
  });

  await waitUntil(async () => (await rows()).some((row) => row.scanStatus === 'scanned'));

  expect((await rows()).map((row) => row.scanStatus).sort()).toEqual(['failed', 'scanned']);
});

test('a stop does not wait for the rest', async () => {
  await scannedImages();
  await lab.publish({ minimist: '0.2.1' });
  const begun = Promise.withResolvers<void>();
  const running = rematching({
    matchInventory: (_, signal) => {
      begun.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
  });
  await begun.promise;

  await running.stop();

  expect((await rows()).map((row) => row.scanStatus)).toEqual(['failed', 'failed']);
});
