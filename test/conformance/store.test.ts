import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ImageQuery } from '../../src/store/image-query.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store, VulnerabilityCondition } from '../../src/store/store.ts';
import {
  openTestStore,
  postgresEngine,
  type StoreEngine,
  sqliteEngine,
  testVault,
} from '../support/open-test-store.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;

const everything: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'id', direction: 'asc' },
  offset: 0,
  limit: 100,
};

for (const [name, start] of Object.entries(engines)) {
  describe(`store on ${name}`, () => {
    let engine: StoreEngine | undefined;
    let store: Store;
    let clock: { now: Date };
    let url: string;

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine?.stop());
    beforeEach(async (context) => {
      if (!engine) return context.skip('PostgreSQL is not installed');
      ({ store, clock, url } = await openTestStore(engine));
    });
    afterEach(() => store?.close());

    const addRegistry = async (registryName = 'r', overrides = {}) =>
      (await store.registries.add(sampleRegistry(registryName, overrides))).id;
    const rows = async (query: Partial<ImageQuery> = {}) => (await store.images.list({ ...everything, ...query })).rows;
    const fill = async (registryId: number, tags = 3) => {
      await store.images.saveTags(
        registryId,
        'team/app',
        Array.from({ length: tags }, (_, i) =>
          sampleTag(`v${i}`, [
            sampleImage(`${registryId} v${i}`, { createdAt: new Date(1e12 + i * 1000), size: 100 + i }),
          ]),
        ),
      );
      await store.authorizations.authorize({ selection: { all: true }, cap: 1_000, type: 'manual' });
    };

    test('two processes that start at once both find the schema, made once', async () => {
      const fresh = (await engine?.freshUrl()) ?? '';

      const opened = await Promise.all(
        Array.from({ length: 3 }, () => openStore({ url: fresh, vault: testVault, now: () => new Date() })),
      );

      await Promise.all(opened.map((each) => each.ping()));
      await Promise.all(opened.map((each) => each.close()));
    });

    test('a registry keeps its password sealed and gives it back only in its settings', async () => {
      const id = await addRegistry('harbor one');

      expect(await store.registries.settings(id)).toMatchObject({
        username: 'reader',
        password: 'secret-password',
        insecure: false,
      });
      expect(JSON.stringify(await store.registries.get(id))).not.toContain('secret-password');
    });

    test('a taken name stores nothing and answers the existing id', async () => {
      const id = await addRegistry('same');

      expect(await store.registries.add(sampleRegistry('same', { url: 'http://other' }))).toEqual({
        id,
        created: false,
      });
      expect((await store.registries.get(id))?.url).toBe('http://127.0.0.1:5000');
    });

    test('registries are filtered, sorted and counted before paging', async () => {
      await addRegistry('alpha', { type: 'harbor' });
      await addRegistry('beta_x');
      await addRegistry('betaYx');

      const list = await store.registries.list({
        conditions: [{ field: 'name', match: 'contains', values: ['A_X'] }],
        sort: { key: 'name', direction: 'desc' },
        offset: 0,
        limit: 10,
      });

      expect(list.rows.map((row) => row.name)).toEqual(['beta_x']);
      expect(
        (await store.registries.list({ conditions: [], sort: { key: 'name', direction: 'asc' }, offset: 1, limit: 1 }))
          .total,
      ).toBe(3);
    });

    test('removing a registry takes its images, tags and waiting jobs with it', async () => {
      const id = await addRegistry();
      await fill(id);
      await store.registries.requestSync([id]);

      expect(await store.registries.remove(id)).toBe(true);

      expect((await store.images.list(everything)).total).toBe(0);
      expect(await store.jobs.waiting()).toBe(0);
      expect(await store.registries.remove(id)).toBe(false);
    });

    test('a row says where its image is and what is unknown about it', async () => {
      const id = await addRegistry('prod', {
        url: 'https://registry.example.org:8443',
        region: 'eu',
        instanceId: 'tcr-1',
      });
      await store.images.saveTags(id, 'a/b/c', [sampleTag('1', [sampleImage('x')])]);

      const [image] = await rows();

      expect(image).toMatchObject({
        registryName: 'prod',
        namespace: 'a/b',
        name: 'c',
        address: 'registry.example.org:8443/a/b/c',
        tag: '1',
        scanStatus: 'not-scanned',
        authorized: false,
        latest: true,
        instanceId: 'tcr-1',
        registryRegion: 'eu',
      });
      expect(image?.summary.vulnerabilities).toBeUndefined();
      expect(image?.running).toBeUndefined();
    });

    test('a moved tag is a new row with a new id, and the old row goes', async () => {
      const id = await addRegistry();
      await store.images.saveTags(id, 'app', [sampleTag('latest', [sampleImage('old')])]);
      const before = (await rows())[0]?.id ?? 0;

      await store.images.saveTags(id, 'app', [sampleTag('latest', [sampleImage('new')])]);

      const after = await rows();
      expect(after.map((row) => row.digest)).toEqual([digestOf('manifest new')]);
      expect(after[0]?.id).toBeGreaterThan(before);
    });

    test('an unchanged tag keeps its row and its authorisation', async () => {
      const id = await addRegistry();
      await fill(id, 1);
      const before = await rows();

      await fill(id, 1);

      expect(await rows()).toEqual(before);
    });

    test('latest is the newest build of the whole repository, then the newest push, then the id', async () => {
      const id = await addRegistry();
      const created = (seed: string, at: string | undefined, pushed?: string) =>
        sampleImage(seed, {
          createdAt: at ? new Date(at) : undefined,
          pushedAt: pushed ? new Date(pushed) : undefined,
        });
      await store.images.saveTags(id, 'app', [
        sampleTag('none', [created('none', undefined)]),
        sampleTag('new', [created('new', '2026-02-01T00:00:00Z')]),
        sampleTag('old', [created('old', '2026-01-01T00:00:00Z')]),
      ]);
      expect((await rows({ latestOnly: true })).map((row) => row.tag)).toEqual(['new']);

      await store.images.saveTags(id, 'app', [
        sampleTag('newer', [created('newer', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z')]),
      ]);
      expect((await rows({ latestOnly: true })).map((row) => row.tag)).toEqual(['newer']);
    });

    test('what a complete walk has not seen is removed, and latest moves on', async () => {
      const id = await addRegistry();
      await fill(id, 3);
      const known = await store.images.knownTags(id, 'team/app');
      const seen = ['v0', 'v1'].flatMap((tag) => known.get(tag)?.id ?? []);

      await store.images.touchTags(seen, new Date('2026-11-26T00:00:00Z'));
      const removed = await store.images.removeUnseen(id, new Date('2026-11-25T12:00:00Z'), new Date(9e12));

      expect(removed).toBe(1);
      expect((await rows()).map((row) => [row.tag, row.latest])).toEqual([
        ['v0', false],
        ['v1', true],
      ]);
    });

    test('totals equal the rows that paging delivers, in either direction and past the middle', async () => {
      const id = await addRegistry();
      await fill(id, 23);

      for (const direction of ['asc', 'desc'] as const) {
        const pages = [];
        for (let offset = 0; offset < 30; offset += 5) {
          const page = await store.images.list({ ...everything, sort: { key: 'size', direction }, offset, limit: 5 });
          expect(page.total).toBe(23);
          pages.push(...page.rows.map((row) => row.size));
        }
        const expected = Array.from({ length: 23 }, (_, i) => 100 + i);
        expect(pages).toEqual(direction === 'asc' ? expected : expected.reverse());
      }
    });

    test('unknown values sort below every known one, ties by id', async () => {
      const id = await addRegistry();
      await fill(id, 4);
      const [a, b] = await rows();
      for (const [image, count] of [
        [a, 7],
        [b, 0],
      ] as const)
        await store.inventories.saveScan(
          sampleResult(image?.artifactId ?? 0, { summary: sampleSummary({ vulnerabilities: count }) }),
        );

      const tags = async (direction: 'asc' | 'desc') =>
        (await rows({ sort: { key: 'vulnerabilities', direction } })).map((row) => row.tag);

      expect(await tags('desc')).toEqual(['v0', 'v1', 'v3', 'v2']);
      expect(await tags('asc')).toEqual(['v2', 'v3', 'v1', 'v0']);
    });

    test('counters equal a recount after many kinds of change', async () => {
      const one = await addRegistry('one');
      const two = await addRegistry('two');
      await fill(one, 7);
      await fill(two, 5);
      await store.images.saveTags(two, 'team/app', [sampleTag('v1', [sampleImage('moved')])]);
      await store.inventories.saveScan(sampleResult((await rows())[0]?.artifactId ?? 0));
      await store.registries.remove(one);
      await store.images.compactCounts();

      for (const condition of [
        { kind: 'value', field: 'authorized', values: [true] },
        { kind: 'value', field: 'authorized', values: [false] },
        { kind: 'value', field: 'latest', values: [true] },
        { kind: 'value', field: 'scanStatus', values: ['not-scanned', 'scanned'] },
        { kind: 'value', field: 'registryId', values: [two] },
      ] as const) {
        const list = await store.images.list({ ...everything, conditions: [condition] });
        expect([condition, list.total]).toEqual([condition, list.rows.length]);
      }
    });

    test('conditions: text, values, counts and packages', async () => {
      const id = await addRegistry('prod');
      await fill(id, 3);
      await store.images.saveTags(id, 'tools/100%_cool', [sampleTag('v1', [sampleImage('cool')])]);
      const scannedRow = (
        await rows({ conditions: [{ kind: 'text', field: 'tag', match: 'equals', values: ['v2'] }] })
      )[0];
      await store.inventories.saveScan(sampleResult(scannedRow?.artifactId ?? 0));
      const tagged = async (...conditions: ImageQuery['conditions']) =>
        (await rows({ conditions })).map((row) => `${row.name}:${row.tag}`);

      expect(await tagged({ kind: 'text', field: 'name', match: 'contains', values: ['%_CO'] })).toEqual([
        '100%_cool:v1',
      ]);
      expect(await tagged({ kind: 'text', field: 'name', match: 'equals', values: ['APP'] })).toEqual([]);
      expect(await tagged({ kind: 'text', field: 'registryName', match: 'contains', values: ['rod'] })).toHaveLength(4);
      expect(await tagged({ kind: 'value', field: 'scanStatus', values: ['scanned'] })).toEqual(['app:v2']);
      expect(await tagged({ kind: 'any-of', fields: ['critical', 'malwareFiles'] })).toEqual(['app:v2']);
      expect(
        await tagged({ kind: 'package', match: 'equals', names: ['libssl3'], versions: ['3.0.11-1~deb12u2'] }),
      ).toEqual(['app:v2']);
      expect(await tagged({ kind: 'package', match: 'contains', names: ['SSL'] })).toEqual(['app:v2']);
      expect(await tagged({ kind: 'package', match: 'equals', names: ['libssl3'], versions: ['9'] })).toEqual([]);
      expect(
        await tagged(
          { kind: 'text', field: 'namespace', match: 'equals', values: ['team'] },
          { kind: 'text', field: 'tag', match: 'equals', values: ['v0', 'v1'] },
        ),
      ).toEqual(['app:v0', 'app:v1']);
    });

    test('one scan is listed wherever its artifact is, also by rows that come later', async () => {
      const id = await addRegistry();
      const image = sampleImage('shared');
      await store.images.saveTags(id, 'a', [sampleTag('1', [image]), sampleTag('2', [image])]);
      await store.inventories.saveScan(sampleResult((await rows())[0]?.artifactId ?? 0));
      await store.images.saveTags(id, 'b', [sampleTag('3', [image])]);

      expect((await rows()).map((row) => [row.scanStatus, row.summary.critical])).toEqual(
        Array(3).fill(['scanned', 1]),
      );
    });

    test('the same config claimed with other layers is another artifact', async () => {
      const id = await addRegistry();
      const image = sampleImage('real');
      const forged = sampleImage('forged', { artifact: { ...image.artifact, layers: [] } });
      await store.images.saveTags(id, 'a', [sampleTag('1', [image]), sampleTag('2', [forged])]);
      const [real, fake] = await rows();
      await store.inventories.saveScan(sampleResult(real?.artifactId ?? 0));

      expect(fake?.imageId).toBe(real?.imageId);
      expect((await store.images.get(fake?.id ?? 0))?.scanStatus).toBe('not-scanned');
    });

    test('a second scan replaces the findings of the first, and numbers stay', async () => {
      const id = await addRegistry();
      await fill(id, 1);
      const artifactId = (await rows())[0]?.artifactId ?? 0;
      await store.inventories.saveScan(
        sampleResult(artifactId, {
          vulnerabilities: [sampleVulnerability('CVE-1'), sampleVulnerability('CVE-2', { severity: 'low' })],
        }),
      );
      const before = await store.findings.vulnerabilities(artifactId, { conditions: [], offset: 0, limit: 10 });

      await store.inventories.saveScan(
        sampleResult(artifactId, { vulnerabilities: [sampleVulnerability('CVE-2', { severity: 'high' })] }),
      );

      const after = await store.findings.vulnerabilities(artifactId, { conditions: [], offset: 0, limit: 10 });
      expect(before.rows.map((row) => [row.id, row.severity])).toEqual([
        ['CVE-1', 'critical'],
        ['CVE-2', 'low'],
      ]);
      expect(after.rows).toMatchObject([
        { id: 'CVE-2', severity: 'high', number: before.rows[1]?.number, fixable: true },
      ]);
      expect(await store.inventories.get(artifactId)).toEqual(sampleResult(artifactId).inventory);
    });

    test('vulnerabilities are filtered by severity, name, fix, exploits, package and ecosystem', async () => {
      const id = await addRegistry();
      await fill(id, 1);
      const artifactId = (await rows())[0]?.artifactId ?? 0;
      const zlib = { ...samplePackage, name: 'zlib1g', source: { name: 'zlib', version: '1' } };
      const lodash = {
        ecosystem: 'npm',
        name: 'lodash',
        version: '4',
        path: 'app/libssl3',
        layer: samplePackage.layer,
      };
      const affected = (found: typeof zlib | typeof lodash) => [{ package: found, advisoryId: 'x' }];
      await store.inventories.saveScan(
        sampleResult(artifactId, {
          inventory: { packages: [samplePackage, zlib, lodash], problems: [] },
          vulnerabilities: [
            sampleVulnerability('CVE-2024-1'),
            sampleVulnerability('CVE-2024-2', { severity: 'medium', affected: affected(zlib), exploited: true }),
            sampleVulnerability('CVE-2024-3', {
              severity: 'unknown',
              title: 'Prototype',
              affected: affected(lodash),
              exploitPublic: true,
            }),
          ],
        }),
      );
      const found = async (...conditions: VulnerabilityCondition[]) =>
        (await store.findings.vulnerabilities(artifactId, { conditions, offset: 0, limit: 10 })).rows
          .map((row) => Number(row.id.slice(-1)))
          .sort();
      const ecosystem = { kind: 'ecosystem', values: ['deb', 'apk'] } as const;

      expect(await found({ kind: 'severity', values: ['medium', 'unknown'] })).toEqual([2, 3]);
      expect(await found({ kind: 'name', match: 'contains', values: ['2024-1', 'prototype'] })).toEqual([1, 3]);
      expect(await found({ kind: 'name', match: 'equals', values: ['CVE-2024-1', 'Prototype'] })).toEqual([1]);
      expect(await found({ kind: 'fixable' })).toEqual([1]);
      expect(await found({ kind: 'exploited' })).toEqual([2]);
      expect(await found({ kind: 'exploit-public' })).toEqual([3]);
      expect(await found({ kind: 'package', match: 'equals', values: ['zlib1g'] })).toEqual([2]);
      expect(await found({ kind: 'package', match: 'contains', values: ['SSL'] })).toEqual([1]);
      expect(await found({ kind: 'package', match: 'contains', values: ['lib/dpkg'] })).toEqual([]);
      expect(await found({ ...ecosystem, without: false })).toEqual([1, 2]);
      expect(await found({ ...ecosystem, without: true })).toEqual([3]);
      expect(await found({ kind: 'any-of', conditions: [{ kind: 'fixable' }, { kind: 'exploited' }] })).toEqual([1, 2]);
      expect(await found({ kind: 'any-of', conditions: [] })).toEqual([]);
      expect(await found({ kind: 'fixable' }, { kind: 'exploited' })).toEqual([]);
    });

    test('a layer report is found by digest and fingerprint only', async () => {
      const report = {
        digest: digestOf('l'),
        diffId: digestOf('d'),
        files: {},
        removed: [],
        directories: [],
        emptied: [],
        secrets: [],
        settings: [],
        problems: [],
        compressedBytes: 1,
        uncompressedBytes: 2,
        entries: 0,
      };
      await store.layerReports.put(report, 'f1');
      await store.layerReports.put(report, 'f1');

      expect(await store.layerReports.get(report.digest, 'f1')).toEqual(report);
      expect(await store.layerReports.get(report.digest, 'f2')).toBeUndefined();
    });

    test('a task takes only authorised images that no other task is about to scan', async () => {
      const id = await addRegistry();
      await fill(id, 3);
      await store.images.saveTags(id, 'other', [sampleTag('1', [sampleImage('unauthorised')])]);
      const task = { kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' } as const;

      expect(await store.tasks.create(task)).toMatchObject({ images: 3 });
      expect(await store.tasks.create(task)).toBeUndefined();
      expect(await store.jobs.waiting()).toBe(3);
    });

    test('a scan goes from queued to finished, and the row and the task say so', async () => {
      const id = await addRegistry();
      await fill(id, 2);
      const task = await store.tasks.create({
        kinds: ['vulnerability', 'malware'],
        selection: { all: true },
        createdBy: 'key',
      });
      const taskId = task?.id ?? 0;
      const job = await store.jobs.claim('w', clock.now, 1000);
      const imageId = job?.imageId ?? 0;

      const started = await store.tasks.start(taskId, imageId, ['vulnerability']);
      await store.tasks.recordProgress(taskId, imageId, { vulnerability: 40 }, 9);

      expect(started?.kinds).toEqual(['vulnerability']);
      expect(await store.images.get(imageId)).toMatchObject({
        scanStatus: 'scanning',
        progress: 40,
        remainingSeconds: 9,
        summary: { vulnerability: { status: 'scanning', progress: 40 }, malware: { status: 'not-scanned' } },
      });
      expect(await store.tasks.progress(taskId, 10)).toMatchObject({
        status: 'running',
        total: 2,
        finished: 0,
        progress: 20,
      });

      await store.inventories.saveScan(sampleResult(started?.image.artifactId ?? 0));
      await store.tasks.finish(taskId, imageId, 'succeeded');
      await store.jobs.complete(job?.id ?? 0, 'w');
      const second = await store.jobs.claim('w', clock.now, 1000);
      await store.tasks.start(taskId, second?.imageId ?? 0, ['vulnerability']);
      await store.tasks.fail(taskId, second?.imageId ?? 0, { cause: 'connection-failed', detail: 'refused' });

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({
        status: 'finished',
        total: 2,
        finished: 2,
        succeeded: 1,
        atRisk: 1,
        progress: 100,
      });
      expect(await store.images.get(second?.imageId ?? 0)).toMatchObject({
        scanStatus: 'failed',
        summary: { vulnerability: { status: 'failed', cause: 'connection-failed' }, detail: 'refused' },
      });
    });

    test('a cancelled task marks what was running, drops its jobs and can be cancelled again', async () => {
      const id = await addRegistry();
      await fill(id, 3);
      const taskId =
        (await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' }))?.id ?? 0;
      const job = await store.jobs.claim('w', clock.now, 1000);
      await store.tasks.start(taskId, job?.imageId ?? 0, ['vulnerability']);

      expect(await store.tasks.cancel(taskId)).toBe(true);
      expect(await store.tasks.cancel(taskId)).toBe(true);

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'canceled', finished: 3, succeeded: 0 });
      expect((await store.images.get(job?.imageId ?? 0))?.scanStatus).toBe('canceled');
      expect(await store.jobs.renew(job?.id ?? 0, 'w', clock.now, 1000)).toBe(false);
      expect(await store.jobs.waiting()).toBe(0);
      expect(await store.tasks.start(taskId, job?.imageId ?? 0, ['vulnerability'])).toBeUndefined();
      expect(await store.tasks.cancel(taskId + 1)).toBe(false);
    });

    test('cancelling some images leaves the rest of their task running', async () => {
      const id = await addRegistry();
      await fill(id, 2);
      const taskId =
        (await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' }))?.id ?? 0;
      const [first] = await store.images.select({ all: true });

      expect(await store.tasks.cancelImages({ ids: [first ?? 0] })).toBe(1);

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'queued', total: 2, finished: 1 });
      expect(await store.jobs.waiting()).toBe(1);
    });

    test('a task past its deadline ends as timed out, its running image with the cause', async () => {
      const id = await addRegistry();
      await fill(id, 2);
      const taskId =
        (
          await store.tasks.create({
            kinds: ['vulnerability'],
            selection: { all: true },
            createdBy: 'key',
            timeoutSeconds: 60,
          })
        )?.id ?? 0;
      const job = await store.jobs.claim('w', clock.now, 1000);
      await store.tasks.start(taskId, job?.imageId ?? 0, ['vulnerability']);

      expect(await store.tasks.expire(new Date(clock.now.getTime() + 59_000))).toEqual([]);
      expect(await store.tasks.expire(new Date(clock.now.getTime() + 60_000))).toEqual([taskId]);

      expect(await store.tasks.progress(taskId, 10)).toMatchObject({ status: 'timed-out' });
      expect(await store.images.get(job?.imageId ?? 0)).toMatchObject({
        scanStatus: 'failed',
        summary: { vulnerability: { cause: 'scan-timeout' } },
      });
    });

    test('concurrent workers never claim the same job', async () => {
      const id = await addRegistry();
      await fill(id, 20);
      await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' });

      const claimed = await Promise.all(
        Array.from({ length: 25 }, (_, i) => store.jobs.claim(`w${i}`, clock.now, 1000)),
      );

      const ids = claimed.flatMap((job) => job?.id ?? []);
      expect(ids).toHaveLength(20);
      expect(new Set(ids).size).toBe(20);
    });

    test('a dead worker leaves no image scanning, and its job is claimed again', async () => {
      const id = await addRegistry();
      await fill(id, 1);
      const taskId =
        (await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' }))?.id ?? 0;
      const job = await store.jobs.claim('dead', clock.now, 1000);
      await store.tasks.start(taskId, job?.imageId ?? 0, ['vulnerability']);

      expect(await store.jobs.release(new Date(clock.now.getTime() + 500), false)).toBe(0);
      expect(await store.jobs.release(new Date(clock.now.getTime() + 1001), false)).toBe(1);

      expect((await store.images.get(job?.imageId ?? 0))?.scanStatus).toBe('not-scanned');
      expect(await store.jobs.claim('alive', new Date(clock.now.getTime() + 2000), 1000)).toMatchObject({
        id: job?.id,
        attempt: 2,
      });
    });

    test('one registry is synced by one worker at a time, and asked once', async () => {
      const id = await addRegistry();
      await store.registries.requestSync([id]);
      await store.registries.requestSync('all');
      expect(await store.jobs.waiting()).toBe(1);

      const first = await store.jobs.claim('a', clock.now, 1000);
      await store.registries.requestSync([id]);

      expect(await store.jobs.claim('b', clock.now, 1000)).toBeUndefined();
      await store.jobs.complete(first?.id ?? 0, 'a');
      expect(await store.jobs.claim('b', clock.now, 1000)).toMatchObject({ kind: 'sync', registryId: id });
      expect(await store.registries.requestSync([id, 999])).toEqual({ unknown: [999] });
    });

    test('sync state is running while any waits, failed when any failed', async () => {
      const id = await addRegistry();
      await store.registries.requestSync([id]);
      expect((await store.registries.syncState()).status).toBe('running');

      await store.registries.recordSync(id, {
        status: 'succeeded',
        at: clock.now,
        skipped: { attestation: 2 },
        message: '',
      });
      expect(await store.registries.syncState()).toMatchObject({ status: 'succeeded', latestSuccessAt: clock.now });
      expect((await store.registries.get(id))?.skipped).toEqual({ attestation: 2 });

      await store.registries.recordSync(id, { status: 'failed', cause: 'connection-failed', message: 'refused' });
      expect(await store.registries.syncState()).toMatchObject({
        status: 'failed',
        failed: [{ cause: 'connection-failed' }],
      });
    });

    test('keys: made, found with their secret, revoked', async () => {
      const key = await store.keys.create({ name: 'ci', role: 'reader' });
      expect(await store.keys.find(key.secretId)).toMatchObject({ secretKey: key.secretKey, role: 'reader' });

      expect(await store.keys.revoke(key.secretId)).toBe(true);
      expect(await store.keys.find(key.secretId)).toBeUndefined();
      expect(await store.keys.revoke(key.secretId)).toBe(false);
      expect((await store.keys.list())[0]?.revokedAt).toEqual(clock.now);
    });

    test('everything is there again after a restart', async () => {
      const id = await addRegistry();
      await fill(id, 2);
      await store.settings.set('a', '1');
      await store.settings.set('a', '2');
      await store.close();

      store = (await openTestStore(engine as StoreEngine, url)).store;

      expect(await store.settings.get('a')).toBe('2');
      expect((await store.images.list(everything)).total).toBe(2);
      expect(await store.registries.settings(id)).toMatchObject({ password: 'secret-password' });
    });
  });
}
