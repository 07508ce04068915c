import { expect, test, vi } from 'vitest';
import type { ImageCondition, ImageQuery } from '../../src/store/image-query.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { samplePackage, sampleResult, sampleSummary, sampleVulnerability } from '../support/sample-scans.ts';

// Sizes and texts beyond the ordinary, which the two engines limit and compare in different ways.

const everything: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'id', direction: 'asc' },
  offset: 0,
  limit: 100,
};
// Thousands of rows on two engines take a while on a busy machine.
vi.setConfig({ testTimeout: 180_000 });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describeEachEngine('large selections', (fixture) => {
  const fill = async (store: Store, tags: number) => {
    const { id } = await store.registries.add(sampleRegistry('r'));
    const names = numbers(tags).map((i) => `v${i}`);
    await store.images.saveTags(
      id,
      'team/app',
      names.map((name) => sampleTag(name, [sampleImage(name)])),
    );
    await store.authorizations.authorize({ selection: { all: true }, cap: tags, type: 'manual' });
    return id;
  };

  test('50 000 ids, of which few exist, can be selected, excluded, scanned and stopped', async () => {
    const { store } = fixture;
    await fill(store, 5);
    const [first = 0, ...rest] = (await store.images.select({ all: true })).toReversed();
    const ids = [...rest, ...numbers(50_000).map((i) => 1_000_000 + i)];

    expect(await store.images.select({ ids })).toEqual(rest.toReversed());
    expect(await store.images.select({ all: true, excludeIds: ids })).toEqual([first]);
    const task = await store.tasks.create({ kinds: ['vulnerability'], selection: { ids }, createdBy: 'key' });
    expect(task?.images).toBe(4);
    expect(await store.tasks.progressOf({ ids }, 10)).toMatchObject({ status: 'running', total: 4 });
    expect(await store.tasks.cancelImages({ ids })).toBe(4);
    expect(await store.tasks.progress(task?.id ?? 0, 10)).toMatchObject({ status: 'canceled', finished: 4 });
  });

  test('10 000 coordinates with every member given', async () => {
    const { store } = fixture;
    await fill(store, 3);
    const coordinates = numbers(10_000).map((i) => ({
      registryName: 'r',
      registryType: 'docker',
      namespace: 'team',
      name: 'app',
      address: '127.0.0.1:5000/team/app',
      tag: `v${i + 1}`, // the first tag is not among them
      digest: sampleImage(`v${i + 1}`).digest,
    }));

    expect((await store.images.select({ coordinates })).length).toBe(2);
    expect((await store.images.select({ coordinates, excludeIds: [1] })).length).toBe(2);
    const task = await store.tasks.create({ kinds: ['vulnerability'], selection: { coordinates }, createdBy: 'key' });
    expect(task?.images).toBe(2);
    expect(await store.tasks.cancelImages({ coordinates })).toBe(2);
  });

  test('40 000 digests, and as many values of a condition', async () => {
    const { store } = fixture;
    await fill(store, 3);
    const values = [...numbers(40_000).map((i) => digestOf(`nothing ${i}`)), sampleImage('v2').digest];

    expect((await store.images.select({ digests: values })).length).toBe(1);
    expect((await store.images.select({ all: true, excludeDigests: values })).length).toBe(2);
    const { total } = await store.images.list({
      ...everything,
      conditions: [{ kind: 'text', field: 'digest', match: 'equals', values }],
    });
    expect(total).toBe(1);
    const byId = await store.images.list({
      ...everything,
      conditions: [{ kind: 'value', field: 'id', values: numbers(40_000) }],
    });
    expect(byId.total).toBe(3);
  });

  test('2 000 substrings', async () => {
    const { store } = fixture;
    await fill(store, 3);
    const values = [...numbers(2_000).map((i) => `nothing-${i}`), 'V3'];

    const list = await store.images.list({
      ...everything,
      conditions: [{ kind: 'text', field: 'tag', match: 'contains', values }],
    });

    expect(list.rows.map((row) => row.tag)).toEqual(['v3']);
  });

  test('a repository with 10 000 tags is saved, touched, listed and removed', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    const names = numbers(10_000).map((i) => `v${i}`);
    for (let at = 0; at < names.length; at += 1_000) {
      await store.images.saveTags(
        id,
        'team/big',
        names.slice(at, at + 1_000).map((name) => sampleTag(name, [sampleImage(name)])),
      );
    }

    const known = await store.images.knownTags(id, 'team/big');
    expect(known.size).toBe(10_000);
    await store.images.touchTags(
      [...known.values()].slice(1).map((tag) => tag.id),
      new Date('2026-11-26T00:00:00Z'),
    );
    expect(await store.images.removeUnseen(id, new Date('2026-11-25T12:00:00Z'), new Date(9e12))).toBe(1);
    expect((await store.images.list({ ...everything, limit: 1 })).total).toBe(9_999);
    expect(await store.authorizations.authorize({ selection: { all: true }, cap: 100_000, type: 'manual' })).toEqual({
      authorized: 9_999,
      refused: 0,
    });
    expect((await store.images.list({ ...everything, latestOnly: true })).total).toBe(1);
  });

  test('an image with 20 000 packages and 5 000 vulnerabilities is saved whole', async () => {
    const { store } = fixture;
    await fill(store, 1);
    const [image] = (await store.images.list(everything)).rows;
    const packages = numbers(20_000).map((i) => ({ ...samplePackage, name: `p${String(i).padStart(5, '0')}` }));
    const vulnerabilities = numbers(5_000).map((i) => sampleVulnerability(`CVE-2024-${String(i).padStart(5, '0')}`));

    await store.inventories.saveScan(
      sampleResult(image?.artifactId ?? 0, {
        inventory: { packages, problems: [] },
        vulnerabilities,
        summary: sampleSummary({ vulnerabilities: 5_000, packages: 20_000 }),
      }),
    );

    expect((await store.inventories.get(image?.artifactId ?? 0))?.packages).toEqual(packages);
    const found = await store.findings.vulnerabilities(image?.artifactId ?? 0, {
      conditions: [],
      offset: 4_999,
      limit: 10,
    });
    expect([found.total, found.rows.map((row) => row.id)]).toEqual([5_000, ['CVE-2024-05000']]);
  });
});

describeEachEngine('texts', (fixture) => {
  const addNamed = async (store: Store, ...names: string[]) => {
    for (const name of names) await store.registries.add(sampleRegistry(name));
  };
  const found = async (store: Store, match: 'equals' | 'contains', ...values: string[]) => {
    const list = await store.registries.list({
      conditions: [{ field: 'name', match, values }],
      sort: { key: 'id', direction: 'asc' },
      offset: 0,
      limit: 100,
    });
    expect(list.total).toBe(list.rows.length);
    return list.rows.map((row) => row.name);
  };

  test('what is searched for is never a pattern', async () => {
    const { store } = fixture;
    const names = ['100%', '100x', 'a_b', 'axb', 'back\\slash', 'back/slash', "quo'te", '[a-z]*?'];
    await addNamed(store, ...names);

    expect(await found(store, 'contains', '%')).toEqual(['100%']);
    expect(await found(store, 'contains', 'A_B')).toEqual(['a_b']);
    expect(await found(store, 'contains', '\\')).toEqual(['back\\slash']);
    expect(await found(store, 'contains', '\\s')).toEqual(['back\\slash']);
    expect(await found(store, 'contains', "O'T")).toEqual(["quo'te"]);
    expect(await found(store, 'contains', '[a-z]*')).toEqual(['[a-z]*?']);
    expect(await found(store, 'contains', '%_%', '\\%')).toEqual([]);
    for (const name of names) expect(await found(store, 'equals', name)).toEqual([name]);
  });

  test('case is ignored in what is contained, beyond ASCII, too, and never in what is equal', async () => {
    const { store } = fixture;
    await addNamed(store, 'ÜBUNG Straße', 'ПРИВЕТ мир', 'ΑΘΗΝΑ', '镜像仓库 Prod', 'éclair');

    expect(await found(store, 'contains', 'übung')).toEqual(['ÜBUNG Straße']);
    expect(await found(store, 'contains', 'ÜBUNG STRA')).toEqual(['ÜBUNG Straße']);
    expect(await found(store, 'contains', 'привет МИР')).toEqual(['ПРИВЕТ мир']);
    expect(await found(store, 'contains', 'αθηνα')).toEqual(['ΑΘΗΝΑ']);
    expect(await found(store, 'contains', '镜像仓库 prod')).toEqual(['镜像仓库 Prod']);
    expect(await found(store, 'contains', 'É')).toEqual(['éclair']);
    expect(await found(store, 'contains', 'nothing', 'ÉCL')).toEqual(['éclair']);
    expect(await found(store, 'equals', 'übung straße')).toEqual([]);
    expect(await found(store, 'equals', 'ÜBUNG Straße')).toEqual(['ÜBUNG Straße']);
  });

  test('a search of thousands of characters finds nothing and breaks nothing', async () => {
    const { store } = fixture;
    await addNamed(store, 'short');

    expect(await found(store, 'contains', 'x'.repeat(60_000))).toEqual([]);
    expect(await found(store, 'contains', '%'.repeat(60_000))).toEqual([]);
  });

  test('names with a NUL, a lone surrogate or a line break are stored, found and do no harm', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    const evil = 'na\0me\ud800\nx';
    await store.images.saveTags(id, 'team/app', [sampleTag('v1', [sampleImage('x', { platform: evil })])]);
    const [image] = (await store.images.list(everything)).rows;
    const located = { ...samplePackage, name: evil, version: '1\0' };

    await store.inventories.saveScan(
      sampleResult(image?.artifactId ?? 0, {
        inventory: { packages: [located], problems: [] },
        vulnerabilities: [sampleVulnerability('CVE-1', { title: evil, description: evil })],
        summary: sampleSummary({ osName: evil, detail: evil }),
      }),
    );

    const condition: ImageCondition = { kind: 'package', match: 'equals', names: [evil] };
    expect((await store.images.list({ ...everything, conditions: [condition] })).rows[0]).toMatchObject({
      scanStatus: 'scanned',
      summary: { osName: 'na\ufffdme\ufffd\nx' },
    });
    expect((await store.inventories.get(image?.artifactId ?? 0))?.packages[0]?.version).toBe('1\ufffd');
  });
});

describeEachEngine('ids and unknowns', (fixture) => {
  test('ids are never used again, whatever was removed, and not after a restart either', async () => {
    const { store } = fixture;
    const seen = new Set<number>();
    for (let round = 0; round < 3; round++) {
      const { id } = await store.registries.add(sampleRegistry(`r${round}`));
      await store.images.saveTags(id, 'app', [sampleTag('a', [sampleImage('a')]), sampleTag('b', [sampleImage('b')])]);
      await store.authorizations.authorize({ selection: { all: true }, cap: 10, type: 'manual' });
      const task = await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'k' });
      const ids = [id, ...(await store.images.select({ all: true })).map((image) => image * 1_000)];
      for (const each of [...ids, (task?.id ?? 0) * 1_000_000]) {
        expect(seen).not.toContain(each);
        expect(Number.isSafeInteger(each)).toBe(true);
        seen.add(each);
      }
      await store.registries.remove(id);
    }
  });

  test('unknown values sort below every known one in both directions, by every key', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('r'));
    await store.images.saveTags(id, 'app', [
      sampleTag('unknown', [sampleImage('unknown', { createdAt: undefined })]),
      sampleTag('known', [sampleImage('known')]),
    ]);
    const known = (await store.images.list(everything)).rows.find((row) => row.tag === 'known');
    await store.inventories.saveScan(
      sampleResult(known?.artifactId ?? 0, {
        summary: sampleSummary({ critical: 0, high: 0, vulnerabilities: 0, packages: 0, malwareFiles: 0 }),
      }),
    );

    for (const key of ['createdAt', 'scannedAt', 'vulnerabilities', 'critical', 'high', 'packages'] as const) {
      const tags = async (direction: 'asc' | 'desc') =>
        (await store.images.list({ ...everything, sort: { key, direction } })).rows.map((row) => row.tag);
      expect([key, await tags('asc')]).toEqual([key, ['unknown', 'known']]);
      expect([key, await tags('desc')]).toEqual([key, ['known', 'unknown']]);
    }
  });

  test('a registry that has never been synced sorts below those that have', async () => {
    const { store, clock } = fixture;
    await store.registries.add(sampleRegistry('never'));
    const { id } = await store.registries.add(sampleRegistry('synced'));
    await store.registries.recordSync(id, { status: 'succeeded', at: clock.now, skipped: {}, message: '' });

    const names = async (direction: 'asc' | 'desc') =>
      (
        await store.registries.list({ conditions: [], sort: { key: 'syncedAt', direction }, offset: 0, limit: 10 })
      ).rows.map((row) => row.name);

    expect(await names('asc')).toEqual(['never', 'synced']);
    expect(await names('desc')).toEqual(['synced', 'never']);
  });
});
