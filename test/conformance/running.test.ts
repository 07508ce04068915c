import { expect, test } from 'vitest';
import type { LocatedRunningImage } from '../../src/model/running-image.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { runSql } from '../support/run-sql.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';

const MINUTE = 60_000;
const running = (digests: readonly string[], containers = 1, more: Partial<LocatedRunningImage> = {}) =>
  ({ digests, reference: 'somewhere/app:1', containers, ...more }) as LocatedRunningImage;
const manifest = (seed: string) => digestOf(`manifest ${seed}`);
const config = (seed: string) => digestOf(`config ${seed}`);

async function listed(store: Store) {
  const { rows } = await store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: 100,
  });
  return rows;
}

/** Containers by registry/tag/platform; `-` is unknown. */
async function shown(store: Store) {
  return Object.fromEntries(
    (await listed(store)).map(({ registryName, tag, platform, running: runs, containers }) => [
      `${registryName}/${tag}${platform === 'linux/amd64' ? '' : ` ${platform}`}`,
      runs === undefined ? '-' : runs ? containers : containers === 0 ? 0 : `not running, ${containers}`,
    ]),
  );
}

async function addRegistry(store: Store, name: string, url = `https://${name}.example.com`) {
  return (await store.registries.add(sampleRegistry(name, { url }))).id;
}

describeEachEngine('what runs', (fixture) => {
  const save = (source: string, images: readonly LocatedRunningImage[], minutes = 10) => {
    const takenAt = fixture.clock.now;
    return fixture.store.runtime.save({
      source,
      takenAt,
      expiresAt: new Date(takenAt.getTime() + minutes * MINUTE),
      images,
    });
  };
  const pass = (minutes: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + minutes * MINUTE);
  };

  test('is unknown without a source, then known for every row, wherever the same content is listed', async () => {
    const { store } = fixture;
    for (const name of ['eu', 'us']) {
      const id = await addRegistry(store, name);
      await store.images.saveTags(id, 'team/app', [
        sampleTag('one', [sampleImage('one')]),
        sampleTag('two', [sampleImage('two')]),
      ]);
    }
    expect(await shown(store)).toEqual({ 'eu/one': '-', 'eu/two': '-', 'us/one': '-', 'us/two': '-' });
    expect(await store.runtime.containers()).toBeUndefined();

    await save('node-1', [running([manifest('one')], 3)]);
    await save('node-2', [running([config('one')], 2)]);
    expect(await shown(store)).toEqual({ 'eu/one': 5, 'eu/two': 0, 'us/one': 5, 'us/two': 0 });
    expect(await store.runtime.containers()).toBe(5);

    await save('node-1', []);
    expect(await shown(store)).toEqual({ 'eu/one': 2, 'eu/two': 0, 'us/one': 2, 'us/two': 0 });
    await save('node-2', []);
    expect(await shown(store)).toEqual({ 'eu/one': 0, 'eu/two': 0, 'us/one': 0, 'us/two': 0 });
    expect(await store.runtime.containers()).toBe(0);
  });

  test('counts one image once, whichever of its digests are known', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    const index = digestOf('index');
    const arm = sampleImage('arm', { platform: 'linux/arm64' });
    await store.images.saveTags(id, 'team/app', [sampleTag('multi', [sampleImage('amd'), arm], { digest: index })]);

    await save('node', [running([config('amd'), manifest('amd'), index], 2)]);
    expect(await shown(store)).toEqual({ 'eu/multi': 2, 'eu/multi linux/arm64': 0 });

    await save('node', [running([index])]);
    expect(await shown(store), 'an index alone does not tell which platform').toEqual({
      'eu/multi': 1,
      'eu/multi linux/arm64': 1,
    });

    await save('node', [running([index], 4, { platform: 'linux/arm64' })]);
    expect(await shown(store)).toEqual({ 'eu/multi': 0, 'eu/multi linux/arm64': 4 });
  });

  test('goes by the reference where there is no digest, and only there', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [sampleTag('one', [sampleImage('one')])]);
    const location = { address: 'eu.example.com/team/app', tag: 'one' };

    await save('node', [running([], 2, { location })]);
    expect(await shown(store)).toEqual({ 'eu/one': 2 });

    await save('node', [running([digestOf('other content')])]);
    expect(await shown(store)).toEqual({ 'eu/one': 0 });
    expect(await store.runtime.sources()).toMatchObject([{ name: 'node', images: 1, containers: 1, unlisted: 1 }]);
  });

  test('is unknown again when a source falls silent, but only what that source named', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [
      sampleTag('one', [sampleImage('one')]),
      sampleTag('two', [sampleImage('two')]),
      sampleTag('three', [sampleImage('three')]),
    ]);
    await save('silent', [running([manifest('one')], 3), running([manifest('two')])], 1);
    await save('steady', [running([manifest('two')])], 60);
    expect(await shown(store)).toEqual({ 'eu/one': 3, 'eu/two': 2, 'eu/three': 0 });

    pass(2);
    await store.runtime.settle();
    expect(await shown(store)).toEqual({ 'eu/one': '-', 'eu/two': 1, 'eu/three': 0 });
    expect((await store.runtime.sources()).map(({ name, fresh }) => [name, fresh])).toEqual([
      ['silent', false],
      ['steady', true],
    ]);

    await store.runtime.confirm('silent', fixture.clock.now, new Date(fixture.clock.now.getTime() + MINUTE));
    expect(await shown(store)).toEqual({ 'eu/one': 3, 'eu/two': 2, 'eu/three': 0 });

    pass(120);
    await store.runtime.settle();
    expect(await shown(store)).toEqual({ 'eu/one': '-', 'eu/two': '-', 'eu/three': '-' });

    await save('steady', []);
    expect(await store.runtime.forget('silent')).toBe(true);
    expect(await store.runtime.forget('silent')).toBe(false);
    expect(await shown(store)).toEqual({ 'eu/one': 0, 'eu/two': 0, 'eu/three': 0 });

    await store.runtime.forget('steady');
    expect(await shown(store)).toEqual({ 'eu/one': '-', 'eu/two': '-', 'eu/three': '-' });
  });

  test('an older snapshot changes nothing', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [sampleTag('one', [sampleImage('one')])]);
    await save('node', [running([manifest('one')], 3)]);
    const older = new Date(fixture.clock.now.getTime() - 1);

    const taken = await store.runtime.save({ source: 'node', takenAt: older, expiresAt: older, images: [] });

    expect([taken, await shown(store)]).toEqual([false, { 'eu/one': 3 }]);
  });

  test('is known of rows that a sync adds later', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await save('node', [running([config('late')], 2)]);

    await store.images.saveTags(id, 'team/app', [
      sampleTag('late', [sampleImage('late')]),
      sampleTag('idle', [sampleImage('idle')]),
    ]);

    expect(await shown(store)).toEqual({ 'eu/late': 2, 'eu/idle': 0 });
  });

  test('keeps a row that its registry lists no more, says so, and lets it go when it stops', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [
      sampleTag('moves', [sampleImage('old')]),
      sampleTag('vanishes', [sampleImage('vanishing')]),
    ]);
    await save('node', [running([manifest('old')]), running([manifest('vanishing')], 2)]);
    expect(await alarms(store)).toEqual(['unscanned moves 1', 'unscanned vanishes 2']);

    const later = new Date(fixture.clock.now.getTime() + MINUTE);
    const walk = async (at: Date) => {
      await store.images.saveTags(id, 'team/app', [sampleTag('moves', [sampleImage('new')], { syncedAt: at })]);
      return store.images.removeUnseen(id, at, at);
    };
    expect(await walk(later)).toBe(0);
    expect(await shown(store)).toEqual({ 'eu/moves': 0, 'eu/vanishes': 2 });
    expect((await listed(store)).map(({ tag, digest, containers }) => [tag, digest, containers])).toContainEqual([
      'moves',
      manifest('old'),
      1,
    ]);
    expect(await alarms(store)).toEqual([
      'gone moves 1',
      'gone vanishes 2',
      'unscanned moves 1',
      'unscanned vanishes 2',
    ]);
    expect((await store.runtime.figures()).alarms).toEqual({ gone: 2, unscanned: 2, unlisted: 0 });
    expect(await store.runtime.sources()).toMatchObject([{ gone: 2, unscanned: 2 }]);

    await save('node', []);
    const nextWalk = new Date(later.getTime() + MINUTE);
    const known = await store.images.knownTags(id, 'team/app');
    await store.images.touchTags([known.get('moves')?.id ?? 0], nextWalk);
    expect(await store.images.removeUnseen(id, nextWalk, nextWalk)).toBe(2);
    expect((await listed(store)).map(({ digest }) => digest)).toEqual([manifest('new')]);
  });

  test('a row that only a silent source names stays until somebody knows better', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [
      sampleTag('used', [sampleImage('used')]),
      sampleTag('unused', [sampleImage('unused')]),
    ]);
    await save('node', [running([config('used')])], 1);
    pass(5);
    await store.runtime.settle();

    expect(await store.images.removeUnseen(id, fixture.clock.now, fixture.clock.now)).toBe(1);
    expect(await shown(store)).toEqual({ 'eu/used': '-' });
    await store.runtime.forget('node');
    expect(await store.images.removeUnseen(id, fixture.clock.now, fixture.clock.now)).toBe(1);
  });

  test('a row that an index still lists is not gone when the index changes', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    const images = [sampleImage('amd')];
    await store.images.saveTags(id, 'team/app', [sampleTag('multi', images, { digest: digestOf('index 1') })]);
    await save('node', [running([manifest('amd')])]);

    await store.images.saveTags(id, 'team/app', [sampleTag('multi', images, { digest: digestOf('index 2') })]);

    expect((await store.runtime.figures()).alarms.gone).toBe(0);
    await save('node', [running([digestOf('index 2')], 7)]);
    expect(await shown(store)).toEqual({ 'eu/multi': 7 });
  });

  test('what runs is recommended for a fix, and its counters follow', async () => {
    const { store, url } = fixture;
    const id = await addRegistry(store, 'eu');
    await store.images.saveTags(id, 'team/app', [
      sampleTag('old', [sampleImage('old', { createdAt: new Date('2020-01-01') })]),
      sampleTag('new', [sampleImage('new')]),
    ]);
    await runSql(url, 'update images set needs_fix = 1, fix_recommended = latest');
    const recommended = async () =>
      (await listed(store)).filter(({ fixRecommended }) => fixRecommended).map(({ tag }) => tag);
    expect(await recommended()).toEqual(['new']);

    await save('node', [running([manifest('old')])]);
    expect(await recommended()).toEqual(['old', 'new']);
    expect((await count(store)).total).toBe(1);

    await save('node', []);
    expect(await recommended()).toEqual(['new']);
    expect((await count(store)).total).toBe(0);
  });

  test('thousands of rows become known in portions', async () => {
    const { store } = fixture;
    const id = await addRegistry(store, 'eu');
    for (let part = 0; part < 5; part++) {
      const tags = Array.from({ length: 1_000 }, (_, at) =>
        sampleTag(`t${part}-${at}`, [sampleImage(`${part} ${at}`)]),
      );
      await store.images.saveTags(id, `team/app${part}`, tags);
    }

    await save('node', [running([manifest('3 7')], 2), running([config('4 999')], 1)]);

    const known = await store.images.list({
      conditions: [{ kind: 'value', field: 'running', values: [false] }],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'id', direction: 'asc' },
      offset: 0,
      limit: 1,
    });
    expect(known.total).toBe(4_998);
    expect((await count(store)).total).toBe(2);
  });
});

const count = (store: Store) =>
  store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: true,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: 10,
  });

const alarms = async (store: Store) =>
  (await store.runtime.alarms(10)).map(
    ({ alarm, name, containers }) => `${alarm} ${name.slice(name.lastIndexOf(':') + 1)} ${containers}`,
  );
