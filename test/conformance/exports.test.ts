import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { ALL_ROWS } from '../../src/store/export-query.ts';
import type { NewExport } from '../../src/store/export-store.ts';
import type { ImageQuery } from '../../src/store/image-query.ts';
import { initial } from '../../src/store/migrations/0001-initial.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { openTestStore } from '../support/open-test-store.ts';
import { runSql } from '../support/run-sql.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { sampleResult, sampleVulnerability } from '../support/sample-scans.ts';

const HOUR_MS = 3_600_000;
const everything: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'createdAt', direction: 'desc' },
  offset: 0,
  limit: ALL_ROWS,
};
const wanted = (overrides: Partial<NewExport> = {}): NewExport => ({
  selection: { kind: 'images', query: everything },
  columns: [{ name: 'Id', header: 'id' }],
  format: 'csv',
  language: 'zh-CN',
  createdBy: 'AKIDtest',
  ...overrides,
});

describeEachEngine('exports', (fixture) => {
  const create = async (overrides: Partial<NewExport> = {}): Promise<number> => {
    const entry = await fixture.store.exports.create(wanted(overrides));
    if (!entry) throw new Error('the export was refused');
    return entry.id;
  };
  const begin = async (id: number): Promise<number> => (await fixture.store.exports.begin(id))?.attempt ?? -1;
  const writeFile = async (id: number, ...chunks: readonly Uint8Array[]) => {
    const { exports } = fixture.store;
    const attempt = await begin(id);
    for (const [sequence, chunk] of chunks.entries()) await exports.addChunk(id, attempt, sequence, chunk, 50);
    await exports.finish(id, attempt, { status: 'succeeded', rows: 3 });
  };
  const later = (milliseconds: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + milliseconds);
  };

  test('an export is kept as it was asked for, and is a job of its own', async () => {
    const { store, clock } = fixture;

    const id = await create();

    expect(await store.exports.get(id)).toMatchObject({
      ...wanted(),
      id,
      status: 'running',
      progress: 0,
      bytes: 0,
      createdAt: clock.now,
      expiresAt: new Date(clock.now.getTime() + HOUR_MS),
    });
    const job = await store.jobs.claim('w', clock.now, 1000);
    expect(job).toMatchObject({ kind: 'export', exportId: id });
    expect(job).not.toHaveProperty('registryId');
    expect(await store.exports.get(id + 1)).toBeUndefined();
  });

  test('a finished file is read piece by piece, byte for byte; before that there is none', async () => {
    const { exports } = fixture.store;
    const id = await create();
    const chunks = [randomBytes(512 * 1024), Uint8Array.of(0, 255, 0)] as const;
    const attempt = await begin(id);

    expect(await exports.addChunk(id, attempt, 0, chunks[0], 40)).toBe(true);
    expect(await exports.addChunk(id, attempt, 1, chunks[1], 99)).toBe(true);
    expect(await exports.get(id)).toMatchObject({ status: 'running', progress: 99, bytes: 512 * 1024 + 3 });
    expect(await exports.chunk(id, 0)).toBeUndefined();
    await exports.finish(id, attempt, { status: 'succeeded', rows: 7 });

    expect(await exports.get(id)).toMatchObject({ status: 'succeeded', progress: 100, rows: 7, bytes: 512 * 1024 + 3 });
    expect(Buffer.from((await exports.chunk(id, 0)) ?? [])).toEqual(chunks[0]);
    expect(Buffer.from((await exports.chunk(id, 1)) ?? [])).toEqual(Buffer.from(chunks[1]));
    expect(await exports.chunk(id, 2)).toBeUndefined();
  });

  test('a new attempt starts again; what the old one still writes does not get in', async () => {
    const { exports } = fixture.store;
    const id = await create();
    const dead = await begin(id);
    await exports.addChunk(id, dead, 0, Buffer.from('old 0'), 30);
    await exports.addChunk(id, dead, 1, Buffer.from('old 1'), 60);

    const alive = await begin(id);
    expect(await exports.get(id)).toMatchObject({ progress: 0, bytes: 0 });
    expect(await exports.addChunk(id, dead, 2, Buffer.from('old 2'), 90)).toBe(false);
    await exports.finish(id, dead, { status: 'failed', cause: 'internal-error', detail: 'the old one' });
    await exports.addChunk(id, alive, 0, Buffer.from('new'), 99);
    await exports.finish(id, alive, { status: 'succeeded', rows: 1 });
    await exports.expire();

    expect(await exports.get(id)).toMatchObject({ status: 'succeeded', bytes: 3 });
    expect(Buffer.from((await exports.chunk(id, 0)) ?? []).toString()).toBe('new');
    expect(await exports.chunk(id, 1)).toBeUndefined();
    expect(await begin(id)).toBe(-1);
  });

  test('an export that is stopped takes its job with it, so that its worker stops', async () => {
    const { store, clock } = fixture;
    const id = await create();
    const job = await store.jobs.claim('w', clock.now, 1000);
    const attempt = await begin(id);

    expect(await store.exports.end(id, { cause: 'canceled', detail: '' })).toBe(true);

    expect(await store.jobs.renew(job?.id ?? 0, 'w', clock.now, 1000)).toBe(false);
    expect(await store.exports.addChunk(id, attempt, 0, Buffer.from('late'), 10)).toBe(false);
    await store.exports.finish(id, attempt, { status: 'succeeded', rows: 1 });
    expect(await store.exports.get(id)).toMatchObject({ status: 'failed', failure: { cause: 'canceled', detail: '' } });
    expect(await store.exports.end(id, { cause: 'canceled', detail: '' })).toBe(false);
    expect(await store.jobs.waiting()).toBe(0);
  });

  test('a failure is kept with its cause and its detail', async () => {
    const { exports } = fixture.store;
    const id = await create();

    await exports.finish(id, await begin(id), { status: 'failed', cause: 'too-many-rows', detail: 'x'.repeat(9_999) });

    const entry = await exports.get(id);
    expect(entry).toMatchObject({
      status: 'failed',
      failure: { cause: 'too-many-rows' },
      finishedAt: fixture.clock.now,
    });
    expect(entry?.failure?.detail.length).toBe(500);
  });

  test('what has not ended within its hour ends then, and nobody begins it any more', async () => {
    const { store } = fixture;
    const running = await create();
    const attempt = await begin(running);
    const waiting = await create();

    later(HOUR_MS);
    expect(await begin(waiting)).toBe(-1);
    await store.exports.expire();

    expect(await store.exports.get(running)).toMatchObject({ status: 'failed', failure: { cause: 'expired' } });
    expect(await store.exports.get(waiting)).toMatchObject({ status: 'failed', failure: { cause: 'expired' } });
    expect(await store.exports.addChunk(running, attempt, 0, Buffer.from('x'), 1)).toBe(false);
    expect(await store.jobs.waiting()).toBe(0);
  });

  test('a file goes a while after it has expired, its export is remembered for a week', async () => {
    const { exports } = fixture.store;
    const id = await create();
    const chunks = Array.from({ length: 70 }, (_, i) => Buffer.from(`chunk ${i}`));
    await writeFile(id, ...chunks);

    later(HOUR_MS + 1000);
    await exports.expire();
    expect(Buffer.from((await exports.chunk(id, 69)) ?? []).toString()).toBe('chunk 69');
    later(HOUR_MS / 4);
    await exports.expire();
    for (const sequence of [0, 35, 69]) expect(await exports.chunk(id, sequence)).toBeUndefined();
    expect(await exports.get(id)).toMatchObject({ status: 'succeeded' });
    later(7 * 24 * HOUR_MS);
    await exports.expire();

    expect(await exports.get(id)).toBeUndefined();
  });

  test('no more than fifty are under way; room comes with the end of one', async () => {
    const { exports } = fixture.store;
    const ids: number[] = [];
    for (let i = 0; i < 50; i++) ids.push(await create());

    expect(await exports.create(wanted())).toBeUndefined();
    await writeFile(ids[0] ?? 0, Buffer.from('x'));

    expect(await exports.create(wanted())).toBeDefined();
    expect(await exports.create(wanted())).toBeUndefined();
  });

  test('two exports at a time leave workers for scans, and go before them', async () => {
    const { store, clock } = fixture;
    const { id: registry } = await store.registries.add(sampleRegistry('r'));
    await store.images.saveTags(registry, 'team/app', [sampleTag('v1', [sampleImage('a')])]);
    await store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
    await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' });
    for (let i = 0; i < 3; i++) await create();

    const kinds: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) kinds.push((await store.jobs.claim(`w${i}`, clock.now, 1000))?.kind);

    expect(kinds).toEqual(['export', 'export', 'scan', undefined]);
  });

  test('exports of dead workers are claimed again', async () => {
    const { store, clock } = fixture;
    const id = await create();
    await store.jobs.claim('dead', clock.now, 1000);

    expect(await store.jobs.release(new Date(clock.now.getTime() + 1001), false)).toBe(1);

    expect(await store.jobs.claim('alive', new Date(clock.now.getTime() + 2000), 1000)).toMatchObject({ exportId: id });
  });

  test('the list is filtered by state, sorted by time, and its pages add up', async () => {
    const { exports } = fixture.store;
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push(await create());
      later(1000);
    }
    await writeFile(ids[1] ?? 0, Buffer.from('x'));
    await exports.end(ids[3] ?? 0, { cause: 'canceled', detail: '' });
    const list = async (query: Partial<Parameters<Store['exports']['list']>[0]>) => {
      const { rows, total } = await exports.list({ direction: 'desc', offset: 0, limit: 10, ...query });
      return { ids: rows.map((row) => row.id), total };
    };

    expect(await list({})).toEqual({ ids: ids.toReversed(), total: 5 });
    expect(await list({ direction: 'asc', offset: 1, limit: 2 })).toEqual({ ids: ids.slice(1, 3), total: 5 });
    expect(await list({ statuses: ['succeeded', 'failed'] })).toEqual({ ids: [ids[3], ids[1]], total: 2 });
    expect(await list({ statuses: [] })).toEqual({ ids: [], total: 0 });
    expect(await list({ limit: 0 })).toEqual({ ids: [], total: 5 });
  });

  describe('rows that move while they are read', () => {
    const addImages = async (amount: number) => {
      const { store } = fixture;
      const { id } = await store.registries.add(sampleRegistry('r'));
      await store.images.saveTags(
        id,
        'team/app',
        Array.from({ length: amount }, (_, i) =>
          sampleTag(`v${i}`, [sampleImage(`v${i}`, { createdAt: new Date(1e12 + i * 1000) })]),
        ),
      );
      return id;
    };

    test('ids are those of the list, in its order, with its offset and limit', async () => {
      const { images } = fixture.store;
      await addImages(20);
      const query: ImageQuery = {
        ...everything,
        conditions: [{ kind: 'text', field: 'tag', match: 'contains', values: ['v1'] }],
        offset: 2,
        limit: 5,
      };

      const ids = await images.ids(query);

      expect(ids).toHaveLength(5);
      expect(ids).toEqual((await images.list(query)).rows.map((row) => row.id));
      expect((await images.byIds(ids)).map((row) => row.id)).toEqual(ids);
      expect(await images.ids({ ...everything, offset: 20 })).toEqual([]);
    });

    test('images that come or change place between pages are neither doubled nor lost; one whose tag moves on is left out', async () => {
      const { images } = fixture.store;
      const registry = await addImages(10);
      const ids = await images.ids(everything);
      const first = await images.byIds(ids.slice(0, 5));

      // A new newest image, and one of the second page moves to another digest: its row goes.
      await images.saveTags(registry, 'team/app', [
        sampleTag('v99', [sampleImage('v99', { createdAt: new Date(2e12) })]),
        sampleTag('v0', [sampleImage('moved', { createdAt: new Date(3e12) })]),
      ]);
      const second = await images.byIds(ids.slice(5));

      const read = [...first, ...second].map((row) => row.tag);
      expect(read).toEqual(['v9', 'v8', 'v7', 'v6', 'v5', 'v4', 'v3', 'v2', 'v1']);
    });

    test('numbers of vulnerabilities are those of the list, worst first; what a rescan mends is left out', async () => {
      const { images, inventories, findings } = fixture.store;
      await addImages(1);
      const artifactId = (await images.list({ ...everything, limit: 1 })).rows[0]?.artifactId ?? 0;
      const found = ['CVE-1', 'CVE-2', 'CVE-3', 'CVE-4'].map((id, i) =>
        sampleVulnerability(id, { severity: i === 2 ? 'critical' : 'low' }),
      );
      await inventories.saveScan(sampleResult(artifactId, { vulnerabilities: found }));
      const query = { conditions: [], offset: 0, limit: ALL_ROWS };

      const numbers = await findings.numbers(artifactId, query);
      const before = await findings.byNumbers(artifactId, numbers);
      const { rows: listed } = await findings.vulnerabilities(artifactId, { ...query, limit: 100 });
      await inventories.saveScan(sampleResult(artifactId, { vulnerabilities: found.slice(1) }));
      const after = await findings.byNumbers(artifactId, numbers);

      expect(before.map((each) => each.id)).toEqual(['CVE-3', 'CVE-1', 'CVE-2', 'CVE-4']);
      expect(before).toEqual(listed);
      expect(after.map((each) => each.id)).toEqual(['CVE-3', 'CVE-2', 'CVE-4']);
      expect(await findings.numbers(artifactId, { ...query, offset: 1, limit: 1 })).toEqual([numbers[2]]);
    });
  });

  test('a database of the first version keeps its jobs and can have exports', async () => {
    const { engine } = fixture;
    const url = await engine.freshUrl();
    const old = openDatabase(url);
    await initial(old.write as never, old.engine);
    const statements = [
      'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
      "insert into kysely_migration values ('0001-initial', '2026-11-01T00:00:00Z')",
      `insert into registries (name, type, url, username, password_sealed, net_type, region, version, instance_id, insecure,
        speed_limit, sync_mode, need_scan, webhook_url, webhook_token_sealed, created_at, connection_status, sync_status,
        sync_message, skipped) values ('r', 'docker', 'http://r', 'u', '', 'public', 'default', '', '', 0, 0, 0, 0, '', '', 0,
        'unknown', 'queued', '', '{}')`,
      "insert into jobs (kind, registry_id, attempt, available_at) select 'sync', id, 3, 0 from registries",
    ];
    await old.close();
    for (const statement of statements) await runSql(url, statement);

    const { store, clock } = await openTestStore(engine, url);

    expect(await store.jobs.claim('w', clock.now, 1000)).toMatchObject({ kind: 'sync', registryId: 1, attempt: 4 });
    expect(await store.exports.create(wanted())).toBeDefined();
    expect(await store.jobs.claim('w', clock.now, 1000)).toMatchObject({ kind: 'export' });
    await store.close();
  });
});
