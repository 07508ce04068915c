import { expect, test } from 'vitest';
import type { ImageQuery } from '../../src/store/image-query.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { openTestStore } from '../support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

// What several workers and callers do at the same moment. Each test repeats a race: wrong code fails it nearly always,
// right code never.

const ROUNDS = 15;
const rounds = Array.from({ length: ROUNDS }, (_, i) => i);

describeEachEngine('several writers', (fixture) => {
  const addImages = async (store: Store, name: string, images: number): Promise<readonly number[]> => {
    const { id } = await store.registries.add(sampleRegistry(name));
    const tags = Array.from({ length: images }, (_, i) => sampleTag(`v${i}`, [sampleImage(`${name} v${i}`)]));
    await store.images.saveTags(id, 'team/app', tags);
    const selection = { conditions: [{ kind: 'value', field: 'registryId', values: [id] }] } as const;
    await store.authorizations.authorize({ selection, cap: 1_000, type: 'manual' });
    return store.images.select(selection);
  };
  const scanTask = async (store: Store, ids: readonly number[]) => {
    const task = await store.tasks.create({ kinds: ['vulnerability'], selection: { ids }, createdBy: 'key' });
    if (!task) throw new Error('there was nothing to scan');
    return task.id;
  };

  test('a task ends when its last images end at the same moment', async () => {
    const { store } = fixture;
    for (const round of rounds) {
      const ids = await addImages(store, `r${round}`, 4);
      const taskId = await scanTask(store, ids);
      for (const id of ids) await store.tasks.start(taskId, id, ['vulnerability']);

      await Promise.all(ids.map((id) => store.tasks.finish(taskId, id, 'succeeded')));

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', finished: 4, succeeded: 4 });
    }
  });

  test('a task that is cancelled while its images begin stays cancelled, and no image stays scanning', async () => {
    const { store } = fixture;
    for (const round of rounds) {
      const ids = await addImages(store, `r${round}`, 4);
      const taskId = await scanTask(store, ids);

      await Promise.all([
        ...ids.map((id) => store.tasks.start(taskId, id, ['vulnerability'])),
        store.tasks.cancel(taskId),
        ...ids.map((id) => store.tasks.recordProgress(taskId, id, { vulnerability: 50 }, 1)),
      ]);

      const progress = await store.tasks.progress(taskId, 10);
      expect(progress).toMatchObject({ status: 'canceled', finished: 4 });
      expect(progress?.images.map((each) => each.image.scanStatus)).not.toContain('scanning');
      expect(await store.jobs.waiting()).toBe(0);
    }
  });

  test('an image that fails while its task is cancelled is the one or the other, not both', async () => {
    const { store } = fixture;
    for (const round of rounds) {
      const ids = await addImages(store, `r${round}`, 2);
      const taskId = await scanTask(store, ids);
      for (const id of ids) await store.tasks.start(taskId, id, ['vulnerability']);

      await Promise.all([
        store.tasks.cancel(taskId),
        ...ids.map((id) => store.tasks.fail(taskId, id, { cause: 'connection-failed', detail: 'refused' })),
      ]);

      const images = (await store.tasks.progress(taskId, 10))?.images ?? [];
      for (const { status, image } of images) expect(image.scanStatus).toBe(status);
    }
  });

  test('two calls at the same moment never put one image into two tasks', async () => {
    const { store } = fixture;
    for (const round of rounds) {
      const ids = await addImages(store, `r${round}`, 3);
      const task = { kinds: ['vulnerability'], selection: { ids }, createdBy: 'key' } as const;

      const created = await Promise.all([store.tasks.create(task), store.tasks.create(task), store.tasks.create(task)]);

      expect(created.reduce((sum, each) => sum + (each?.images ?? 0), 0)).toBe(3);
    }
  });

  test('a registry is walked by one worker at a time, however often and by whomever it is asked', async () => {
    const { store, clock } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    for (const _ of rounds) {
      await Promise.all(Array.from({ length: 3 }, () => store.registries.requestSync([id])));
      expect(await store.jobs.waiting()).toBe(1);
      const first = await store.jobs.claim('first', clock.now, 60_000);
      await Promise.all(Array.from({ length: 3 }, () => store.registries.requestSync([id])));
      await store.jobs.retry(first?.id ?? 0, 'first', clock.now); // now two jobs wait for one registry

      const claimed = (
        await Promise.all(Array.from({ length: 4 }, (_, i) => store.jobs.claim(`w${i}`, clock.now, 60_000)))
      ).map((job, i) => ({ job, worker: `w${i}` }));

      expect(claimed.filter(({ job }) => job)).toHaveLength(1);
      for (const { job, worker } of claimed) if (job) await store.jobs.complete(job.id, worker);
      const second = await store.jobs.claim('last', clock.now, 60_000);
      if (second) await store.jobs.complete(second.id, 'last');
    }
  });

  test('a registry that is removed while its images are being scanned ends the task', async () => {
    const { store } = fixture;
    for (const round of rounds) {
      const gone = await addImages(store, `gone ${round}`, 4);
      const stays = await addImages(store, `stays ${round}`, 1);
      const taskId = await scanTask(store, [...gone, ...stays]);
      const [first = 0, second = 0] = gone;
      await store.tasks.start(taskId, first, ['vulnerability']);
      const registryId = (await store.images.get(first))?.registryId ?? 0;

      await Promise.all([
        store.registries.remove(registryId),
        store.tasks.finish(taskId, first, 'succeeded'),
        store.tasks.start(taskId, second, ['vulnerability']),
      ]);
      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ total: 5, finished: 4 });
      await store.tasks.finish(taskId, stays[0] ?? 0, 'succeeded');

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', total: 5, finished: 5 });
      expect((await store.tasks.progress(taskId, 10))?.images.map(({ image }) => image.id)).toEqual(stays);
    }
  });

  test('a scan that is saved while its content appears elsewhere is listed there, too', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    for (const round of rounds) {
      const image = sampleImage(`shared ${round}`);
      await store.images.saveTags(id, 'a', [sampleTag(`v${round}`, [image])]);
      const [first] = (await store.images.list(everything(round))).rows;

      await Promise.all([
        store.inventories.saveScan(sampleResult(first?.artifactId ?? 0)),
        store.images.saveTags(id, 'b', [sampleTag(`v${round}`, [image])]),
        store.images.saveTags(id, 'c', [sampleTag(`v${round}`, [image])]),
      ]);

      const { rows } = await store.images.list(everything(round));
      expect(rows.map((row) => [row.scanStatus, row.summary.critical])).toEqual(Array(3).fill(['scanned', 1]));
    }
  });

  test('a tag that moves while its image is being scanned leaves neither the old row nor a task that never ends', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    for (const round of rounds) {
      await store.images.saveTags(id, 'app', [sampleTag('latest', [sampleImage(`old ${round}`)])]);
      await store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
      const [image] = (await store.images.list(everything())).rows;
      const taskId = await scanTask(store, [image?.id ?? 0]);
      await store.tasks.start(taskId, image?.id ?? 0, ['vulnerability']);

      await Promise.all([
        store.images.saveTags(id, 'app', [sampleTag('latest', [sampleImage(`new ${round}`)])]),
        store.tasks.recordProgress(taskId, image?.id ?? 0, { vulnerability: 50 }, 1),
        store.inventories
          .saveScan(sampleResult(image?.artifactId ?? 0))
          .then(() => store.tasks.finish(taskId, image?.id ?? 0, 'succeeded')),
      ]);

      const { rows } = await store.images.list(everything());
      expect(rows.map((row) => [row.digest, row.scanStatus])).toEqual([
        [sampleImage(`new ${round}`).digest, 'not-scanned'],
      ]);
      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'finished', finished: 1 });
    }
  });

  test('scans with many vulnerabilities in common are saved side by side, none doubled and none lost', async () => {
    const { store } = fixture;
    const ids = Array.from({ length: 1_200 }, (_, i) => `CVE-2024-${String(i).padStart(4, '0')}`);
    const images = await addImages(store, 'r', 4);
    const artifacts = await Promise.all(images.map(async (id) => (await store.images.get(id))?.artifactId ?? 0));

    await Promise.all(
      [...artifacts, ...artifacts].map((artifactId, i) =>
        store.inventories.saveScan(
          sampleResult(artifactId, {
            vulnerabilities: (i % 2 === 0 ? ids : ids.toReversed()).map((id) => sampleVulnerability(id)),
            summary: sampleSummary({ vulnerabilities: ids.length }),
          }),
        ),
      ),
    );

    for (const artifactId of artifacts) {
      const found = await store.findings.vulnerabilities(artifactId, { conditions: [], offset: 0, limit: 2_000 });
      expect(found.rows.map((row) => row.id)).toEqual(ids);
    }
  });

  test('counters equal a recount after random operations of several writers', async () => {
    const { store, engine, url } = fixture;
    const { store: other } = await openTestStore(engine, url);
    const stores = [store, other];
    const registries = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await store.registries.add(sampleRegistry(name))).id),
    );
    const random = seeded(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const operation = async (step: number) => {
      const db = pick(stores);
      const registryId = pick(registries);
      const tag = () => sampleTag(`v${Math.floor(random() * 6)}`, [sampleImage(`seed ${Math.floor(random() * 20)}`)]);
      const [image] = (await db.images.list({ ...everything(), offset: Math.floor(random() * 10), limit: 1 })).rows;
      switch (Math.floor(random() * 8)) {
        case 0:
        case 1:
          return db.images.saveTags(registryId, pick(['x', 'y']), [tag(), tag()]);
        case 2:
          return db.authorizations.authorize({ selection: { all: true }, cap: 5, type: 'manual' });
        case 3:
          return image && db.inventories.saveScan(sampleResult(image.artifactId));
        case 4: {
          const task = await db.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'k' });
          if (!task || !image) return;
          await db.tasks.start(task.id, image.id, ['vulnerability']);
          return step % 2 === 0 ? db.tasks.cancel(task.id) : db.tasks.finish(task.id, image.id, 'failed');
        }
        case 5:
          return db.images.removeUnseen(registryId, new Date('2026-11-25T00:00:00Z'), new Date('2026-11-25T00:00:00Z'));
        case 6:
          return db.images.compactCounts();
        case 7:
          return db.jobs.release(new Date('2027-01-01T00:00:00Z'), true);
      }
    };

    for (let step = 0; step < 12; step++) {
      await Promise.all(Array.from({ length: 8 }, (_, i) => operation(step * 8 + i)));
    }

    await expectTrueCounters(store, registries);
    await store.registries.remove(registries[0] ?? 0);
    await store.images.compactCounts();
    await expectTrueCounters(store, registries);
    await other.close();
  });
});

const everything = (round?: number): ImageQuery => ({
  conditions: round === undefined ? [] : [{ kind: 'text', field: 'tag', match: 'equals', values: [`v${round}`] }],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'id', direction: 'asc' },
  offset: 0,
  limit: 100,
});

async function expectTrueCounters(store: Store, registries: readonly number[]) {
  const all = (await store.images.list(everything())).rows;
  for (const condition of [
    ...registries.map((id) => ({ kind: 'value', field: 'registryId', values: [id] }) as const),
    { kind: 'value', field: 'authorized', values: [true] },
    { kind: 'value', field: 'latest', values: [true] },
    { kind: 'value', field: 'scanStatus', values: ['scanned'] },
    { kind: 'value', field: 'scanStatus', values: ['not-scanned', 'scanning', 'failed', 'canceled'] },
  ] as const) {
    const { total, rows } = await store.images.list({ ...everything(), conditions: [condition] });
    expect([condition, total]).toEqual([condition, rows.length]);
  }
  expect(all.length).toBeGreaterThan(0);
  // One latest row in each repository, however many wrote to it.
  const latest = all.filter((row) => row.latest).map((row) => `${row.registryId}/${row.repository}`);
  expect(latest.sort()).toEqual([...new Set(all.map((row) => `${row.registryId}/${row.repository}`))].sort());
}

/** A small linear congruential generator: the same operations in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
