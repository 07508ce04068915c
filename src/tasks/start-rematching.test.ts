import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { openScanLab, openScanTools, type ScanLab } from '../../test/support/open-scan-lab.ts';
import { toServedRepository } from '../../test/support/to-served-repository.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { AppError } from '../model/app-error.ts';
import type { RematchingDeps } from './start-rematching.ts';
import { startRematching } from './start-rematching.ts';

const never = new AbortController().signal;

const tools = openScanTools();
afterAll(() => tools.close());
let lab: ScanLab;
let stops: (() => Promise<void>)[];
beforeEach(async () => {
  lab = await openScanLab(tools);
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

/** Two images of one kind each: one holds minimist, one lodash. */
async function scannedDifferently() {
  const image = (name: string, version: string) =>
    buildImage({
      created: '2026-01-01T00:00:00Z',
      layers: [layer().file(`node_modules/${name}/package.json`, JSON.stringify({ name, version })).gzip()],
    });
  const registry = await lab.serve(
    toServedRepository('team/app', [
      { tag: 'a', image: image('minimist', '0.0.8') },
      { tag: 'b', image: image('lodash', '4.17.4') },
    ]),
  );
  await lab.addSynced(registry.url);
  await scanAll();
  await registry.stop();
}

/** Counts what is matched; `settled` waits until every result has the newest key. */
function watched() {
  const artifacts: number[] = [];
  rematching({
    compare: lab.compare,
    matchInventory: (inventory, signal) => {
      artifacts.push(inventory.packages.length);
      return lab.matchInventory(inventory, signal);
    },
  });
  return {
    artifacts,
    settled: () =>
      waitUntil(async () => {
        const key = (await lab.snapshotId()) ?? '';
        return (await lab.store.inventories.matchedOtherwise(key, 0, 1)).length === 0;
      }),
  };
}

test('only images that hold a package which the new advisories say something else about are matched', async () => {
  await lab.publish({ minimist: '0.0.1', lodash: '4.17.21' });
  await scannedDifferently();
  const { artifacts, settled } = watched();

  await lab.publish({ minimist: '0.2.1', lodash: '4.17.21' });
  await settled();

  expect(artifacts).toHaveLength(1);
  expect((await rows()).map((row) => row.summary.vulnerabilities)).toEqual([1, 1]);
  const { rows: changes } = await lab.store.matchChanges.list({ offset: 0, limit: 10 });
  expect(changes).toMatchObject([
    { vulnerabilityId: 'GHSA-minimist', change: 'appeared', reason: 'advisory-changed', packages: 'minimist 0.0.8' },
  ]);
  expect(changes[0]?.images).toEqual([expect.stringMatching(/team\/app:a$/)]);
});

test('an advisory that is new and one that is withdrawn are told from those that changed', async () => {
  await lab.publish({ lodash: '4.17.21' });
  await scannedDifferently();
  const { artifacts, settled } = watched();

  await lab.publish({ minimist: '0.2.1' });
  await settled();

  expect(artifacts).toHaveLength(2);
  const { rows: changes } = await lab.store.matchChanges.list({ offset: 0, limit: 10 });
  expect(
    changes.map(({ vulnerabilityId, change, reason }) => `${vulnerabilityId} ${change}: ${reason}`).sort(),
  ).toEqual(['GHSA-lodash gone: advisory-withdrawn', 'GHSA-minimist appeared: advisory-new']);
});

test('news about packages that no image holds match nothing', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedDifferently();
  const { artifacts, settled } = watched();

  await lab.publish({ minimist: '0.0.1', express: '4.0.0' });
  await settled();

  expect(artifacts).toEqual([]);
});

test('where the former advisories are not there to be compared with, everything is matched', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedDifferently();
  let matches = 0;
  rematching({
    compare: async () => undefined,
    matchInventory: (...rest) => {
      matches++;
      return lab.matchInventory(...rest);
    },
  });

  await lab.publish({ minimist: '0.0.1', express: '4.0.0' });
  await waitUntil(async () => matches === 2);
});

test('a scan that ends with the former advisories after all else was matched is brought to the new ones, too', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedImages();
  const former = (await lab.snapshotId()) ?? '';
  const { settled } = watched();
  await waitUntil(async () => (await lab.store.matches.otherKeys(former)).length === 0);
  await lab.publish({ minimist: '0.2.1' });
  await settled();
  const [first] = await rows();
  const inventory = first && (await lab.store.inventories.get(first.artifactId));
  if (!first || !inventory) throw new Error('the image is gone');
  const scannedAt = new Date(lab.clock.now.getTime() + 1000);

  await lab.store.inventories.saveScan({
    artifactId: first.artifactId,
    inventory,
    vulnerabilities: [],
    summary: { ...first.summary, vulnerabilities: 0, scannedAt },
    advisorySnapshot: former,
  });
  await settled();

  expect((await rows())[0]?.summary).toMatchObject({ vulnerabilities: 1, scannedAt });
});

test('results of another server, with advisories of its own, are not brought back and forth', async () => {
  await lab.publish({ minimist: '0.0.1' });
  await scannedImages();
  const { artifacts, settled } = watched();
  await settled();
  const [first] = await rows();
  const inventory = first && (await lab.store.inventories.get(first.artifactId));
  if (!first || !inventory) throw new Error('the image is gone');
  const theirs = { artifactId: first.artifactId, inventory, vulnerabilities: [], summary: first.summary };
  await lab.store.inventories.saveScan({ ...theirs, advisorySnapshot: 'theirs' });
  let looks = 0;
  rematching({
    compare: lab.compare,
    snapshotId: () => {
      looks++;
      return Promise.resolve('theirs');
    },
    matchInventory: lab.matchInventory,
  });

  await waitUntil(async () => looks >= 3);

  expect(artifacts).toEqual([]);
});

test('when a release ends, images of it are matched again, and no others', async () => {
  const image = (release: string) =>
    buildImage({
      created: '2026-01-01T00:00:00Z',
      layers: [
        layer()
          .file('etc/os-release', `ID=alpine\nVERSION_ID=${release}\n`)
          .file('node_modules/lodash/package.json', '{"name":"lodash","version":"4.17.4"}')
          .gzip(),
      ],
    });
  const registry = await lab.serve(
    toServedRepository('team/app', [
      { tag: 'a', image: image('3.22.1') },
      { tag: 'b', image: image('3.23.0') },
    ]),
  );
  lab.clock.now = new Date('2027-04-30T12:00:00Z');
  await lab.publish({ lodash: '4.17.21' });
  await lab.addSynced(registry.url);
  await scanAll();
  await registry.stop();
  const { artifacts, settled } = watched();
  await settled();
  expect(artifacts).toHaveLength(0);

  lab.clock.now = new Date('2027-05-02T12:00:00Z');
  await settled();

  expect(artifacts).toHaveLength(1);
  const gaps = (await rows()).map(({ summary }) => summary.detail);
  expect(gaps).toEqual([expect.stringContaining('updates ended on 2027-05-01'), expect.not.stringContaining('ended')]);
});

test('new scores reach what is stored without a match', async () => {
  await lab.publish({ minimist: '0.2.1' });
  await scannedImages();
  let matches = 0;
  const epss = { probability: 0.4, percentile: 0.99 };
  rematching({
    scoresOf: async (ids) => new Map(ids.map((id) => [id, epss])),
    matchInventory: async (inventory, signal) => {
      matches++;
      return lab.matchInventory(inventory, signal);
    },
  });

  await waitUntil(async () => (await lab.store.matches.scores(0, 1))[0]?.epss !== undefined);

  const [row] = await rows();
  const found = await lab.store.findings.vulnerabilities(row?.artifactId ?? 0, { conditions: [], offset: 0, limit: 1 });
  expect(found.rows).toMatchObject([{ id: 'GHSA-minimist', epss }]);
  expect(matches).toBe(0);
});
