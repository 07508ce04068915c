import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../demo/serve-registry.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import {
  type EditableRepository,
  editableRepository,
  putArtifact,
  putImage,
  putIndex,
} from '../../test/support/served-repository.ts';
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

const openClient = (): RegistryClient =>
  createDistributionClient({ ...registry, password: '', username: '' }, { allowPrivate: true });

async function sync(change: (client: RegistryClient) => RegistryClient = (client) => client): Promise<SyncResult> {
  clock.now = new Date(clock.now.getTime() + 60_000);
  const client = openClient();
  try {
    return await syncRegistry(registry, change(client), { store, now: () => clock.now }, new AbortController().signal);
  } finally {
    await client.close();
  }
}

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
