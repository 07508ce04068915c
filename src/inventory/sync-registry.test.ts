import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { digestOf } from '../../test/support/create-test-image.ts';
import { createTestSystem } from '../../test/support/create-test-system.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import {
  type EditableRepository,
  editableRepository,
  putArtifact,
  putImage,
  putIndex,
} from '../../test/support/served-repository.ts';
import { sendJson, startScriptedServer } from '../../test/support/start-scripted-server.ts';
import { AppError } from '../model/app-error.ts';
import type { Registry } from '../model/registry.ts';
import { createDistributionClient } from '../registries/distribution/create-distribution-client.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import type { Store } from '../store/store.ts';
import { type SyncResult, syncRegistry } from './sync-registry.ts';

let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let served: ServedRegistry;
let repositories: EditableRepository[];
let app: EditableRepository;
let registry: Registry;

beforeEach(async () => {
  engine = await sqliteEngine();
  ({ store, clock } = await openTestStore(engine));
  app = editableRepository('team/app');
  repositories = [app];
  served = await serveRegistry({ repositories, pageSize: 2 });
  const settings = { type: 'docker', url: served.url, username: '', password: '', insecure: false, speedLimit: 0 };
  const { id } = await store.registries.add({
    ...settings,
    name: 'r',
    netType: 'public',
    region: 'default',
    version: '',
    instanceId: '',
    syncMode: 0,
    needScan: false,
    webhookUrl: '',
    webhookToken: '',
  });
  registry = (await store.registries.get(id)) as Registry;
});

afterEach(async () => {
  await served.stop();
  await store.close();
  await engine.stop();
});

/** Waits of the client take no time. */
const openClient = (url = registry.url): RegistryClient =>
  createDistributionClient(
    { ...registry, url, password: '', username: '' },
    { allowPrivate: true },
    { system: createTestSystem() },
  );

async function sync(
  change: (client: RegistryClient) => RegistryClient = (client) => client,
  { url, signal }: { url?: string; signal?: AbortSignal } = {},
): Promise<SyncResult> {
  clock.now = new Date(clock.now.getTime() + 60_000);
  const client = openClient(url);
  try {
    return await syncRegistry(
      registry,
      change(client),
      { store, now: () => clock.now },
      signal ?? new AbortController().signal,
    );
  } finally {
    await client.close();
  }
}

/** A walk over the same registry through a gate: where `refuse` answers nothing, the real server does. */
async function syncThroughGate(
  refuse: (path: string, response: ServerResponse) => boolean,
  options: { signal?: AbortSignal } = {},
): Promise<SyncResult> {
  const gate = await startScriptedServer((request, response) => {
    const path = request.url ?? '';
    if (!refuse(path, response)) response.writeHead(307, { location: `${served.url}${path}` }).end();
  });
  try {
    return await sync(undefined, { url: gate.url, ...options });
  } finally {
    await gate.stop();
  }
}

const fail = (response: ServerResponse, status: number, code = 'UNKNOWN', headers = {}) => {
  sendJson(response, status, { errors: [{ code, message: '' }] }, headers);
  return true;
};
const html = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  return true;
};
const cut = (response: ServerResponse) => {
  response.socket?.destroy();
  return true;
};

async function rows(): Promise<readonly string[]> {
  const list = await store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: 100,
  });
  return list.rows.map((row) => `${row.repository}:${row.tag} ${row.platform}`).sort();
}

describe('a walk over a registry', () => {
  test('lists every tag of every page, one row per platform of an index, and counts what is no image', async () => {
    for (const tag of ['1', '2', '3']) app.tags.set(tag, putImage(app, { seed: tag }));
    const amd = putImage(app, { seed: 'multi amd64' });
    const arm = putImage(app, { seed: 'multi arm64', architecture: 'arm64' });
    const attestation = putImage(app, { seed: 'attestation' });
    app.tags.set(
      'multi',
      putIndex(app, [
        { digest: amd, architecture: 'amd64' },
        { digest: arm, architecture: 'arm64' },
        { digest: attestation, architecture: 'unknown', attestation: true },
      ]),
    );
    app.tags.set(`sha256-${'a'.repeat(64)}.sig`, putImage(app, { seed: 'signature' }));
    app.tags.set('chart', putArtifact(app, 'application/vnd.cncf.helm.config.v1+json'));
    const lonely = editableRepository('lonely');
    lonely.tags.set('x', putImage(lonely, { seed: 'x' }));
    repositories.push(lonely, editableRepository('empty'));

    const result = await sync();

    expect(await rows()).toEqual([
      'lonely:x linux/amd64',
      'team/app:1 linux/amd64',
      'team/app:2 linux/amd64',
      'team/app:3 linux/amd64',
      'team/app:multi linux/amd64',
      'team/app:multi linux/arm64',
    ]);
    expect(result).toMatchObject({ repositories: 3, skipped: { attestation: 1, signature: 1, chart: 1 }, unread: [] });
  });

  test('an unchanged tag costs one HEAD, and its skipped entries are still counted', async () => {
    const amd = putImage(app, { seed: 'a' });
    const attestation = putImage(app, { seed: 'attestation' });
    app.tags.set(
      '1',
      putIndex(app, [
        { digest: amd, architecture: 'amd64' },
        { digest: attestation, architecture: '', attestation: true },
      ]),
    );
    await sync();
    const before = served.requests.length;

    const result = await sync();

    const requests = served.requests.slice(before).filter(({ url }) => /\/(?:manifests|blobs)\//.test(url));
    expect(requests.map(({ method, status }) => [method, status])).toEqual([['HEAD', 304]]);
    expect(result).toMatchObject({ unchanged: 1, skipped: { attestation: 1 } });
  });

  test('a tag that moves is another row, a tag that goes takes its row with it', async () => {
    app.tags.set('latest', putImage(app, { seed: 'old' }));
    app.tags.set('gone', putImage(app, { seed: 'gone' }));
    await sync();
    const [before] = await store.images.select({
      conditions: [{ kind: 'text', field: 'tag', match: 'equals', values: ['latest'] }],
    });

    app.tags.set('latest', putImage(app, { seed: 'new' }));
    app.tags.delete('gone');
    const result = await sync();

    expect(await rows()).toEqual(['team/app:latest linux/amd64']);
    expect((await store.images.select({ all: true }))[0]).not.toBe(before);
    expect(result.removedImages).toBe(1);
  });

  test('two tags of one manifest read it and its config once', async () => {
    const digest = putImage(app, { seed: 'same' });
    app.tags.set('1', digest);
    app.tags.set('2', digest);

    await sync();

    expect(await rows()).toHaveLength(2);
    expect(served.requests.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(1);
  });

  test('an index entry that the registry does not hold is counted as unreadable, the others are listed', async () => {
    const amd = putImage(app, { seed: 'a' });
    const missing = putImage(app, { seed: 'b', architecture: 'arm64' });
    app.tags.set(
      '1',
      putIndex(app, [
        { digest: amd, architecture: 'amd64' },
        { digest: missing, architecture: 'arm64' },
      ]),
    );
    app.manifests.delete(missing);

    expect(await sync()).toMatchObject({ skipped: { unreadable: 1 } });
    expect(await rows()).toEqual(['team/app:1 linux/amd64']);
  });

  test('one broken manifest is told and keeps its earlier row; the rest goes on', async () => {
    app.tags.set('good', putImage(app, { seed: 'good' }));
    app.tags.set('bad', putImage(app, { seed: 'bad' }));
    await sync();
    const broken = putImage(app, { seed: 'broken' });
    app.manifests.set(broken, {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      body: Buffer.from('{"schemaVersion":2}'),
    });
    app.tags.set('bad', broken);
    app.tags.set('more', putImage(app, { seed: 'more' }));

    const result = await sync();

    expect(result.unread).toHaveLength(1);
    expect(result.unread[0]).toContain('team/app:bad');
    expect(await rows()).toEqual([
      'team/app:bad linux/amd64',
      'team/app:good linux/amd64',
      'team/app:more linux/amd64',
    ]);
  });

  test('a sync that is cut off half-way deletes nothing', async () => {
    for (const tag of ['1', '2', '3', '4']) app.tags.set(tag, putImage(app, { seed: tag }));
    await sync();
    app.tags.delete('1');
    const stopped = new AbortController();

    await expect(
      syncRegistry(
        registry,
        {
          ...openClient(),
          // The walk has read the shortened tag list to its end when the connection goes.
          async *tags(repository, signal) {
            yield* openClient().tags(repository, signal);
            await served.stop();
            yield* openClient().tags(repository, signal);
          },
        },
        { store, now: () => new Date(clock.now.getTime() + 60_000) },
        stopped.signal,
      ),
    ).rejects.toMatchObject({ code: 'connection-failed' });

    expect(await rows()).toHaveLength(4);
  });

  test('a repository that the catalog no longer names is asked before its images are called gone', async () => {
    app.tags.set('1', putImage(app, { seed: '1' }));
    const hidden = editableRepository('hidden');
    hidden.tags.set('1', putImage(hidden, { seed: 'h' }));
    repositories.push(hidden);
    await sync();

    await sync((client) => ({
      ...client,
      async *repositories() {
        yield 'team/app';
      },
    }));
    expect(await rows()).toHaveLength(2);

    repositories.splice(0, 1);
    await sync();
    expect(await rows()).toEqual(['hidden:1 linux/amd64']);
  });
});

describe('a walk that does not reach its end deletes nothing', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const repository = editableRepository(name);
      for (const tag of ['1', '2', '3']) repository.tags.set(tag, putImage(repository, { seed: `${name} ${tag}` }));
      repositories.push(repository);
    }
    await sync();
    // What a complete walk would take for gone.
    for (const { tags } of repositories) tags.delete('1');
  });

  const secondCatalogPage = (path: string) => path.startsWith('/v2/_catalog') && path.includes('last=');
  const inRepositoryC = (path: string) => path.startsWith('/v2/c/');

  test.each<[string, string, (path: string, response: ServerResponse) => boolean]>([
    ['500 on page 2 of the catalog', 'registry-error', (path, out) => secondCatalogPage(path) && fail(out, 500)],
    ['404 on page 2 of the catalog', 'registry-error', (path, out) => secondCatalogPage(path) && fail(out, 404)],
    [
      'a cut connection on page 2 of the catalog',
      'connection-failed',
      (path, out) => secondCatalogPage(path) && cut(out),
    ],
    ['a page for people instead of page 2', 'not-a-registry', (path, out) => secondCatalogPage(path) && html(out)],
    [
      'a limit reached',
      'rate-limited',
      (path, out) => inRepositoryC(path) && fail(out, 429, 'X', { 'retry-after': '9999' }),
    ],
  ])('%s', async (_, code, refuse) => {
    await expect(syncThroughGate(refuse)).rejects.toMatchObject({ code });

    expect(await rows()).toHaveLength(12);
  });

  test.each<[string, string, (out: ServerResponse) => boolean]>([
    ['it goes away', 'connection-failed', cut],
    ['the account is closed', 'authentication-failed', (out) => fail(out, 401)],
    ['it becomes something else', 'not-a-registry', (out) => html(out)],
    ['it has a fault everywhere', 'registry-error', (out) => fail(out, 503)],
  ])('when the registry is fine until the walk reaches a repository, and then %s', async (_, code, refuse) => {
    let broken = false;

    await expect(
      syncThroughGate((path, response) => {
        broken ||= inRepositoryC(path);
        return broken && refuse(response);
      }),
    ).rejects.toMatchObject({ code });

    expect(await rows()).toHaveLength(12);
  });

  test('when it is stopped in the middle', async () => {
    const stopped = new AbortController();

    await expect(
      syncThroughGate(
        (path) => {
          if (inRepositoryC(path)) stopped.abort(new AppError('canceled', 'stop'));
          return false;
        },
        { signal: stopped.signal },
      ),
    ).rejects.toMatchObject({ code: 'canceled' });

    expect(await rows()).toHaveLength(12);
  });

  test('when the catalog is suddenly empty: a lost disk is likelier than a cleaned registry', async () => {
    const all = repositories.splice(0);

    await expect(sync()).rejects.toMatchObject({ code: 'catalog-empty', message: expect.stringContaining('4') });
    expect(await rows()).toHaveLength(12);

    repositories.push(...all);
    await sync();
    expect(await rows()).toHaveLength(8);
  });
});

describe('trouble in one place is told and does not hide the rest', () => {
  beforeEach(async () => {
    app.tags.set('old', putImage(app, { seed: 'old' }));
    for (const name of ['a', 'z']) {
      const repository = editableRepository(name);
      repository.tags.set('1', putImage(repository, { seed: name }));
      repositories.push(repository);
    }
    await sync();
    for (const repository of repositories)
      repository.tags.set('new', putImage(repository, { seed: `${repository.name} new` }));
  });

  const inApp = (path: string) => path.startsWith('/v2/team/app/');
  const everythingButNew = [
    'a:1 linux/amd64',
    'a:new linux/amd64',
    'team/app:old linux/amd64',
    'z:1 linux/amd64',
    'z:new linux/amd64',
  ];

  test.each<[string, (out: ServerResponse) => boolean]>([
    ['whose connections are cut', cut],
    ['that this account may not read', (out) => fail(out, 403, 'DENIED')],
    ['that wants another account', (out) => fail(out, 401, 'UNAUTHORIZED')],
    ['with a page for people', (out) => html(out)],
    ['that answers 500', (out) => fail(out, 500)],
    ['whose 404 says nothing', (out) => fail(out, 404, '')],
  ])('a repository %s', async (_, refuse) => {
    const result = await syncThroughGate((path, response) => inApp(path) && refuse(response));

    expect(await rows()).toEqual(everythingButNew);
    expect(result.unread).toEqual([expect.stringContaining('team/app: ')]);
  });

  test.each<[string, (out: ServerResponse) => boolean]>([
    ['404 although it is listed: perhaps because of its type', (out) => fail(out, 404, 'MANIFEST_UNKNOWN')],
    ['500', (out) => fail(out, 500)],
    ['403', (out) => fail(out, 403, 'DENIED')],
    ['a cut connection', cut],
    ['more than 4 MiB', (out) => !!out.writeHead(200).end(Buffer.alloc(4 * 1024 ** 2 + 1))],
    [
      'other bytes than announced',
      (out) => !!out.writeHead(200, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }).end('{}'),
    ],
  ])('a tag that is answered with %s keeps its row', async (_, refuse) => {
    const result = await syncThroughGate(
      (path, response) => /^\/v2\/team\/app\/manifests\/old$/.test(path) && refuse(response),
    );

    expect(await rows()).toEqual([...everythingButNew, 'team/app:new linux/amd64'].sort());
    expect(result.unread).toEqual([expect.stringContaining('team/app:old: ')]);
    expect(result.skipped).toEqual({ unreadable: 1 });
  });

  test('a tag keeps its rows while one of its platforms is damaged', async () => {
    const amd = putImage(app, { seed: 'amd' });
    const arm = putImage(app, { seed: 'arm', architecture: 'arm64' });
    const platforms = [
      { digest: amd, architecture: 'amd64' },
      { digest: arm, architecture: 'arm64' },
    ];
    app.tags.set('multi', putIndex(app, platforms));
    await sync();
    app.tags.set('multi', putIndex(app, [...platforms].reverse()));
    const manifest = app.manifests.get(arm);
    app.manifests.set(arm, { mediaType: 'application/vnd.oci.image.manifest.v1+json', body: Buffer.from('{}') });

    const damaged = await sync();

    expect(damaged.notes).toEqual([expect.stringMatching(/^team\/app:multi: linux\/arm64 /)]);
    expect(damaged.skipped).toEqual({ unreadable: 1 });
    expect(await rows()).toContain('team/app:multi linux/arm64');
    if (manifest) app.manifests.set(arm, manifest);
    expect(await sync()).toMatchObject({ notes: [], skipped: {} });
  });

  test('a registry that does not speak HEAD is read by GET', async () => {
    const result = await sync((client) => ({
      ...client,
      head: async () => {
        throw new AppError('registry-error', '405');
      },
    }));

    expect(result).toMatchObject({ unchanged: 0, unread: [] });
    expect(await rows()).toHaveLength(6);
  });

  test('a tag list that breaks off on its second page: what was read is kept', async () => {
    for (const tag of ['x1', 'x2', 'x3']) app.tags.set(tag, putImage(app, { seed: tag }));

    await syncThroughGate((path, response) => inApp(path) && path.includes('last=') && fail(response, 500));

    expect((await rows()).filter((row) => row.startsWith('team'))).toEqual([
      'team/app:new linux/amd64',
      'team/app:old linux/amd64',
    ]);
  });

  test('names that are none are told without their bite, and reach neither server nor store', async () => {
    const result = await sync((client) => ({
      ...client,
      async *repositories(signal) {
        yield 'evil\u0000\u001b[31m\u202e';
        yield '../_catalog';
        yield* client.repositories(signal);
      },
    }));

    expect(result.unread).toHaveLength(2);
    expect(result.unread.join('')).toMatch(/^[\x20-\x7e]*$/);
    expect(await rows()).toHaveLength(6);
  });
});

test('an index entry that the registry gets later is listed then, although the index has not changed', async () => {
  const amd = putImage(app, { seed: 'a' });
  const arm = putImage(app, { seed: 'b', architecture: 'arm64' });
  app.tags.set(
    '1',
    putIndex(app, [
      { digest: amd, architecture: 'amd64' },
      { digest: arm, architecture: 'arm64' },
    ]),
  );
  const missing = app.manifests.get(arm);
  app.manifests.delete(arm);
  expect((await sync()).notes).toEqual([expect.stringMatching(/^team\/app:1: .*linux\/arm64/)]);

  if (missing) app.manifests.set(arm, missing);
  await sync();

  expect(await rows()).toEqual(['team/app:1 linux/amd64', 'team/app:1 linux/arm64']);
});

test('a manifest of schema 1 is named, counted and no row', async () => {
  const body = Buffer.from('{"schemaVersion":1,"fsLayers":[]}');
  app.tags.set('old', digestOf(body));
  app.manifests.set(digestOf(body), { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws', body });

  const result = await sync();

  expect(result).toMatchObject({ skipped: { 'manifest-unsupported': 1 }, unread: [] });
  expect(result.notes).toEqual([expect.stringMatching(/^team\/app:old: .*schema 1/)]);
  expect(await rows()).toEqual([]);
});

test('a tag that moves to schema 1 loses the row of what it was', async () => {
  app.tags.set('1', putImage(app, { seed: '1' }));
  await sync();
  const body = Buffer.from('{"schemaVersion":1}');
  app.tags.set('1', digestOf(body));
  app.manifests.set(digestOf(body), { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws', body });

  expect(await sync()).toMatchObject({ removedImages: 1, notes: [expect.stringContaining('schema 1')] });
});

test('a clock that is set back during a walk removes nothing', async () => {
  for (const tag of ['1', '2', '3']) app.tags.set(tag, putImage(app, { seed: tag }));
  await sync();

  await sync((client) => ({
    ...client,
    async *tags(repository, signal) {
      clock.now = new Date(clock.now.getTime() - 3_600_000);
      yield* client.tags(repository, signal);
    },
  }));

  expect(await rows()).toHaveLength(3);
});

test('an image that does not say when it was built has no time', async () => {
  app.tags.set('1', putImage(app, { seed: '1', created: '0001-01-01T00:00:00Z' }));

  await sync();

  const [id = 0] = await store.images.select({ all: true });
  expect(await store.images.get(id)).toMatchObject({ tag: '1', latest: true });
  expect(await store.images.get(id)).not.toHaveProperty('createdAt');
});

test('unchanged tags cost one HEAD each, and one request per page of their list', async () => {
  const digest = putImage(app, { seed: 'same' });
  for (let index = 0; index < 400; index += 1) app.tags.set(`v${index}`, digest);
  await served.stop();
  served = await serveRegistry({ repositories, pageSize: 100 });
  const at = { url: served.url };
  await sync(undefined, at);
  const before = served.requests.length;

  const result = await sync(undefined, at);

  const counts: Record<string, number> = {};
  for (const { method, url } of served.requests.slice(before)) {
    const what = `${method} ${url.replace(/\?.*|v\d+$/g, '')}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  expect(result).toMatchObject({ tags: 400, unchanged: 400, removedImages: 0 });
  expect(counts).toEqual({
    'GET /v2/_catalog': 1,
    'GET /v2/team/app/tags/list': 4,
    'HEAD /v2/team/app/manifests/': 400,
  });
});
