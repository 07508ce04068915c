import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import { type EditableRepository, editableRepository, putImage } from '../../test/support/served-repository.ts';
import { type Connections, createConnections } from '../inventory/create-connections.ts';
import { lookAgain } from '../inventory/look-again.ts';
import { syncRegistry } from '../inventory/sync-registry.ts';
import type { JobHandler } from '../jobs/create-worker.ts';
import type { RegistryEvent } from '../model/registry-event.ts';
import { registryTypes } from '../registries/types/index.ts';
import type { NewRegistry } from '../store/store.ts';
import { lookAtEvents } from './look-at-events.ts';
import { createSyncJobHandler } from './run-sync-job.ts';

const never = new AbortController().signal;
const log = pino({ level: 'silent' });

describeEachEngine('looks after events', (fixture) => {
  let served: ServedRegistry;
  let app: EditableRepository;
  let tools: EditableRepository;
  let connections: Connections;
  let id: number;
  let sync: JobHandler;

  beforeEach(async () => {
    const { store } = fixture;
    app = editableRepository('team/app');
    tools = editableRepository('team/tools');
    served = await serveRegistry({ repositories: [app, tools] });
    connections = createConnections({
      registries: store.registries,
      types: registryTypes,
      network: { allowPrivate: true },
    });
    sync = createSyncJobHandler({
      store,
      now,
      log,
      syncRegistry: async (registry, signal) =>
        syncRegistry(registry, await connections.get(registry.id), { store, now }, signal),
    });
    for (let at = 0; at < 30; at++) app.tags.set(`old-${at}`, putImage(app, { seed: `old ${at}` }));
    tools.tags.set('1.0', putImage(tools, { seed: 'tools' }));
    id = await add();
    await walk();
  });
  afterEach(async () => {
    await connections.close();
    await served.stop();
  });

  const now = () => fixture.clock.now;
  const pass = (milliseconds: number) => {
    fixture.clock.now = new Date(now().getTime() + milliseconds);
  };
  const add = async (overrides: Partial<NewRegistry> = {}) =>
    (await fixture.store.registries.add(sampleRegistry('lab', { url: served.url, ...overrides }))).id;
  const walk = async () => {
    pass(1_000);
    await sync({ id: 0, kind: 'sync', registryId: id, attempt: 1 }, never);
    pass(1_000);
  };
  const accept = (...events: readonly RegistryEvent[]) => fixture.store.events.accept(id, events);
  const look = async () => {
    pass(2_000);
    const { store } = fixture;
    await lookAtEvents(
      {
        store,
        lookAgain: async (registry, wanted, signal) =>
          lookAgain(registry, await connections.get(id), wanted, { store, now }, signal),
        now,
        log,
      },
      id,
      never,
    );
  };
  const pushed = (tag: string, repository = 'team/app') => ({ kind: 'pushed', repository, tag }) as const;
  const deleted = (tag: string, repository = 'team/app') => ({ kind: 'deleted', repository, tag }) as const;
  const rows = async () => {
    const listed = await fixture.store.images.list({
      conditions: [],
      latestOnly: false,
      runningOnly: false,
      sort: { key: 'id', direction: 'asc' },
      offset: 0,
      limit: 10_000,
    });
    return listed.rows;
  };
  const listed = async () =>
    (await rows()).map(({ repository, tag, digest }) => `${repository}:${tag} ${digest}`).toSorted();
  const inRegistry = () =>
    [app, tools].flatMap(({ name, tags }) => [...tags].map(([tag, digest]) => `${name}:${tag} ${digest}`)).toSorted();
  const state = async () => (await fixture.store.events.states()).get(id);
  const requestsDuring = async (act: () => Promise<void>) => {
    const before = served.requests.length;
    await act();
    return served.requests.slice(before).map(({ method, url }) => `${method} ${url}`);
  };

  test('a pushed tag is listed, and of the other tags nothing but their names is asked for', async () => {
    app.tags.set('new', putImage(app, { seed: 'new' }));
    await accept(pushed('new'));

    const requests = await requestsDuring(look);

    expect(await listed()).toEqual(inRegistry());
    expect(requests.filter((each) => each.includes('/tags/list'))).toHaveLength(1);
    expect(requests.filter((each) => each.includes('old-'))).toEqual([]);
    expect(await state()).toMatchObject({ accepted: 1, waiting: 0, lost: 0, lagMs: 2_000 });
  });

  test('a tag that moved shows what it points at now, and a deleted one goes', async () => {
    app.tags.set('old-1', putImage(app, { seed: 'moved' }));
    app.tags.delete('old-2');
    await accept(pushed('old-1'), deleted('old-2'));

    await look();

    expect(await listed()).toEqual(inRegistry());
  });

  test('a deletion by digest removes what the list of tags no longer names', async () => {
    app.tags.delete('old-3');
    await accept({ kind: 'deleted', repository: 'team/app', digest: `sha256:${'a'.repeat(64)}` });

    await look();

    expect(await listed()).toEqual(inRegistry());
  });

  test('an event that names nothing but its repository makes every tag of it looked at', async () => {
    app.tags.set('old-1', putImage(app, { seed: 'moved' }));
    await accept({ kind: 'pushed', repository: 'team/app' });

    await look();

    expect(await listed()).toEqual(inRegistry());
  });

  test('a manifest without a tag costs nothing', async () => {
    await accept({ kind: 'pushed', repository: 'team/app', digest: `sha256:${'a'.repeat(64)}` });

    expect(await requestsDuring(look)).toEqual([]);
  });

  test('a repository whose last tag is deleted goes', async () => {
    tools.tags.clear();
    await accept(deleted('1.0', 'team/tools'));

    await look();

    expect(await fixture.store.images.repositories(id)).toEqual(['team/app']);
  });

  test('what an event claims and the registry does not have is not listed', async () => {
    await accept(pushed('1.0', 'nobodys/image'), pushed('ghost'), deleted('old-1'));

    await look();

    expect(await listed()).toEqual(inRegistry());
    expect(await fixture.store.images.repositories(id)).toEqual(['team/app', 'team/tools']);
  });

  test('a pushed tag that is not to be seen yet is looked for again, but not for ever', async () => {
    await accept(pushed('late'));
    await look();
    expect((await state())?.waiting).toBe(1);

    app.tags.set('late', putImage(app, { seed: 'late' }));
    pass(60_000);
    await look();
    expect(await listed()).toEqual(inRegistry());
    expect((await state())?.waiting).toBe(0);

    await accept(pushed('never'));
    const looks = async (): Promise<number> => {
      if ((await state())?.waiting === 0) return 0;
      pass(3_600_000);
      await look();
      return 1 + (await looks());
    };
    expect(await looks()).toBe(6);
  });

  test('5,000 events of two repositories are two looks', async () => {
    for (let at = 0; at < 200; at++) app.tags.set(`burst-${at}`, putImage(app, { seed: `burst ${at}` }));
    for (let at = 0; at < 5; at++) {
      const events = Array.from({ length: 1_000 }, (_, event) =>
        pushed(`burst-${event % 200}`, event % 10 === 0 ? 'team/tools' : 'team/app'),
      );
      await accept(...events);
    }
    for (const tag of [...app.tags.keys()].filter((name) => name.startsWith('burst')).filter((_, at) => at % 10 === 0))
      tools.tags.set(tag, putImage(tools, { seed: tag }));
    for (let at = 0; at < 200; at += 10) app.tags.delete(`burst-${at}`);

    const requests = await requestsDuring(look);

    expect(requests.filter((each) => each.includes('/tags/list') && !each.includes('last='))).toHaveLength(2);
    expect(await listed()).toEqual(inRegistry());
    expect(await state()).toMatchObject({ accepted: 5_000, waiting: 0 });
  });

  test('events in any order, twice, end in what is true', async () => {
    const events: RegistryEvent[] = [];
    for (let at = 0; at < 10; at++) {
      events.push(pushed(`v${at}`), deleted(`v${at}`), pushed(`old-${at}`), deleted(`old-${at}`));
      if (at % 2 === 0) app.tags.set(`v${at}`, putImage(app, { seed: `v${at}` }));
      else app.tags.delete(`old-${at}`);
    }
    await accept(...events.toReversed(), ...events);
    await look();
    await accept(...events.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)));
    await look();

    expect(await listed()).toEqual(inRegistry());
  });

  describe('what no event told', () => {
    test('is found by the next sync, and counted', async () => {
      await accept(pushed('old-0'), deleted('old-0'));
      await look();
      await walk();
      app.tags.set('lost-1', putImage(app, { seed: 'lost 1' }));
      app.tags.set('lost-2', putImage(app, { seed: 'lost 2' }));
      app.tags.set('told', putImage(app, { seed: 'told' }));
      app.tags.delete('old-5');
      await accept(pushed('told'));

      await walk();

      expect(await listed()).toEqual(inRegistry());
      expect(await state()).toMatchObject({ lost: 3 });
      await look();
      await walk();
      expect(await state()).toMatchObject({ lost: 3, completeAsOf: new Date(now().getTime() - 1_000) });
    });

    test('is not lost while events are new, or where the sender tells of no deletions', async () => {
      app.tags.set('before', putImage(app, { seed: 'before' }));
      await accept(pushed('old-0'));
      await walk();
      app.tags.delete('old-5');
      await walk();

      expect(await listed()).toEqual(inRegistry());
      expect(await state()).toMatchObject({ lost: 0 });
    });
  });

  test('a registry that does not answer is asked again later', async () => {
    await served.stop();
    app.tags.set('new', putImage(app, { seed: 'new' }));
    await accept(pushed('new'));
    await look();
    expect(await state()).toMatchObject({ waiting: 1 });

    served = await serveRegistry({ repositories: [app, tools] });
    await fixture.store.registries.update(id, sampleRegistry('lab', { url: served.url }));
    pass(60_000);
    await look();
    expect(await listed()).toEqual(inRegistry());
    expect(await state()).toMatchObject({ waiting: 0 });
  });

  test('beside a sync the mark stays until the sync is over: it may save what it read before', async () => {
    await fixture.store.registries.recordSync(id, { status: 'running' });
    app.tags.set('new', putImage(app, { seed: 'new' }));
    await accept(pushed('new'));

    await look();
    expect(await listed()).toEqual(inRegistry());
    expect(await state()).toMatchObject({ waiting: 1 });

    await walk();
    pass(60_000);
    await look();
    expect(await state()).toMatchObject({ waiting: 0 });
  });

  test('what a sync has seen meanwhile is not removed', async () => {
    const known = await fixture.store.images.knownTags(id, 'team/app');
    const ids = [...known.values()].map((tag) => tag.id);
    const since = [...known.values()][0]?.syncedAt ?? now();

    expect(await fixture.store.images.removeTags(id, 'team/app', ids, since)).toBe(0);
    expect(await fixture.store.images.removeTags(id, 'team/app', ids, new Date(since.getTime() + 1))).toBe(30);
  });

  test('where new images are scanned, a pushed one is, also when a newer one is listed', async () => {
    await fixture.store.registries.remove(id);
    id = await add({ needScan: true, syncMode: 0 });
    await walk();
    app.tags.set('hotfix', putImage(app, { seed: 'hotfix', created: '2020-01-01T00:00:00Z' }));
    await accept(pushed('hotfix'));

    await look();

    await accept(pushed('hotfix'));
    await look();

    const { rows: tasks } = await fixture.store.tasks.list({ offset: 0, limit: 10 });
    expect(tasks.map(({ createdBy, total }) => ({ createdBy, total })).toReversed()).toEqual([
      { createdBy: 'sync of lab', total: 2 },
      { createdBy: 'event of lab', total: 1 },
    ]);
    const authorized = (await rows()).filter((row) => row.authorized).map(({ tag }) => tag);
    expect(authorized).toContain('hotfix');
    expect(authorized).toHaveLength(3);
  });

  test('more events than a walk would cost become one, which counts none of them as lost', async () => {
    await accept(pushed('old-0'));
    await look();
    await walk();
    app.tags.set('t1', putImage(app, { seed: 't1' }));
    await accept(pushed('t1'));
    for (let at = 0; at <= 10; at++)
      await accept(...Array.from({ length: 1_000 }, (_, event) => pushed(`t${event}`, `team/app-${at}`)));

    const requests = await requestsDuring(look);

    expect(requests).toEqual([]);
    expect(await state()).toMatchObject({ waiting: 0 });
    expect((await fixture.store.registries.get(id))?.syncStatus).toBe('queued');
    pass(3_600_000);
    await walk();
    expect(await listed()).toEqual(inRegistry());
    expect(await state()).toMatchObject({ lost: 0 });
  });

  test('what an event told and nobody could look at is not lost', async () => {
    await accept(pushed('old-0'));
    await look();
    await walk();
    const url = served.url;
    await fixture.store.registries.update(id, sampleRegistry('lab', { url: 'http://127.0.0.1:1' }));
    app.tags.set('new', putImage(app, { seed: 'new' }));
    await accept(pushed('new'));
    for (let at = 0; at < 6; at++) {
      await look();
      pass(3_600_000);
    }
    expect(await state()).toMatchObject({ waiting: 0 });

    await fixture.store.registries.update(id, sampleRegistry('lab', { url }));
    await walk();
    expect(await listed()).toEqual(inRegistry());
    expect(await state()).toMatchObject({ lost: 0 });
  });
});
