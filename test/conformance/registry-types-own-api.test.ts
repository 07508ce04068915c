import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { syncRegistry } from '../../src/inventory/sync-registry.ts';
import type { ListedTag, RegistryClient } from '../../src/registries/registry-client.ts';
import type { Store } from '../../src/store/store.ts';
import { checkConnection } from '../support/check-connection.ts';
import { collect } from '../support/collect.ts';
import { createTestSystem, type TestSystem } from '../support/create-test-system.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../support/open-test-store.ts';
import { sampleRegistry } from '../support/sample-images.ts';
import { type DockerRegistry, hasDockerRegistry, startDockerRegistry } from '../support/start-docker-registry.ts';
import { startVendorRegistry, type VendorRegistry } from '../support/start-vendor-registry.ts';
import { createWorld, DENIED, LARGE, pushRepositories, readable, type WorldSize } from '../support/vendor-world.ts';
import { vendors } from '../support/vendors/index.ts';

const available = hasDockerRegistry();
if (!available)
  console.warn('SKIPPED: docker-registry is missing, so the types with an API of their own are not proved');

const full = process.env.PLIMSOLL_CONFORMANCE === 'full';
const size: WorldSize = full
  ? { repositories: { 'team-a': 160, 'team-b': 79, 'team-c': 10 }, tags: 1_050, fewTags: 8 }
  : { repositories: { 'team-a': 12, 'team-b': 5, 'team-c': 2 }, tags: 120, fewTags: 1 };

// Its thousands of requests share the machine with whatever else runs.
const timeout = full ? 1_200_000 : 60_000;

const { signal } = new AbortController();
// As the vendors and the gateways before them spell it, and what is to be waited, in milliseconds.
const NOW = createTestSystem().now();
const spellings: readonly (readonly [string, number])[] = [
  ['7', 7_000],
  ['1.5', 1_500],
  [new Date(NOW + 9_000).toUTCString(), 9_000],
  ['571.072µs', 1_000],
  ['1m2s', 62_000],
  [String(NOW / 1_000 + 11), 11_000],
];

describe.skipIf(!available)('with the real docker-registry behind them', { timeout }, () => {
  let docker: DockerRegistry;
  let engine: StoreEngine;

  beforeAll(async () => {
    docker = await startDockerRegistry();
    engine = await sqliteEngine();
    const [nested, flat] = [createWorld(size, true), createWorld(size, false)];
    const known = new Set(nested.repositories.map(({ name }) => name));
    const all = [...nested.repositories, ...flat.repositories.filter(({ name }) => !known.has(name))];
    await pushRepositories(docker, all, nested.images);
  }, 1_200_000);
  afterAll(async () => {
    await docker?.stop();
    await engine?.stop();
  });

  describe.each(vendors.map((vendor) => [vendor.name, vendor] as const))('the registry type %s', (_, vendor) => {
    let server: VendorRegistry;
    let system: TestSystem;
    let client: RegistryClient;
    const withPrefix = (name: string) => `${vendor.prefix ?? ''}${name}`;
    const large = withPrefix(LARGE);

    function connect(password = vendor.credentials.password): RegistryClient {
      system = createTestSystem();
      const url = vendor.address?.(server.url) ?? server.url;
      const settings = { type: vendor.name, url, ...vendor.credentials, password, insecure: false, speedLimit: 0 };
      return vendor.connect(settings, server.url, { system });
    }

    // The world is new for every test; what is in the registry behind it stays.
    async function start(): Promise<void> {
      server = await startVendorRegistry(vendor, createWorld(size, vendor.nested, vendor.prefix), docker.url);
      client = connect();
    }
    async function stop(): Promise<void> {
      await client.close();
      await server.stop();
    }

    async function listAll(): Promise<ReadonlyMap<string, readonly ListedTag[]>> {
      const listed = new Map<string, readonly ListedTag[]>();
      for await (const name of client.repositories(signal)) listed.set(name, await collect(client.tags(name, signal)));
      return listed;
    }

    const sorted = (tags: readonly ListedTag[]) => tags.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const namesOfAll = () => readable(server.world).map(({ name }) => name);

    beforeAll(start);
    afterEach(() => {
      server.onApi(undefined);
      server.forget();
      expect(server.takeFaults()).toEqual([]);
    });
    afterAll(stop);

    test('lists everything with digest and time of push, in hardly more requests than its API allows', async () => {
      const listed = await listAll();

      expect([...listed.keys()].sort()).toEqual(namesOfAll().sort());
      for (const { name, tags } of readable(server.world)) {
        const images = (listed.get(name) ?? []).filter(({ skipped }) => !skipped);
        expect(sorted(images), name).toEqual(sorted(tags.map((tag) => vendor.tells?.(tag) ?? tag)));
      }
      const least = vendor.least(server.world);
      if (full) console.info(`${vendor.name}: ${server.api.length} requests, ${least} at least`);
      expect(server.api.length).toBeGreaterThanOrEqual(least);
      expect(server.api.length).toBeLessThanOrEqual(1.2 * least);
      // Some find their API by what /v2/ says.
      expect(server.distribution.filter((path) => path !== '/v2/')).toEqual([]);
    });

    test('skips what is no image, and says why', async () => {
      const tags = await collect(client.tags(large, signal));

      const reasons = tags.flatMap(({ skipped }) => skipped ?? []).sort();
      expect(reasons).toEqual(['sbom', 'signature', 'signature']);
    });

    test('goes on when its tokens die in the middle of a list', async () => {
      server.onApi((count) => {
        if (count === 2) server.expireTokens();
        return undefined;
      });

      expect(await collect(client.repositories(signal))).toHaveLength(namesOfAll().length);
      server.expireTokens();
      expect(await collect(client.tags(large, signal))).not.toHaveLength(0);
    });

    test.each(spellings)('waits when it is asked to by %s', async (spelling, wait) => {
      client = connect();
      // The header may also name a moment, and nobody moves this clock but the waits.
      server.onApi((count) =>
        count === (vendor.listsAllAtOnce ? 1 : 2)
          ? { status: 429, body: vendor.failure(429, 'too many requests'), headers: { 'retry-after': spelling } }
          : undefined,
      );

      expect(await collect(client.repositories(signal))).toHaveLength(namesOfAll().length);
      expect(await collect(client.tags(large, signal))).not.toHaveLength(0);
      expect(system.waits).toEqual([wait]);
      expect(client.warnings().filter((warning) => !warning.includes(DENIED))).toEqual([]);
    });

    test('says that a wrong password is wrong, without repeating it', async () => {
      const other = connect('wrong battery');
      const check = await checkConnection(other, signal);
      await other.close();

      expect(check).toMatchObject({ status: 'failed', cause: 'authentication-failed' });
      expect(JSON.stringify(check)).not.toContain('wrong battery');
    });

    test('names the project that it may not read, and reads the others', async () => {
      const names = await collect(client.repositories(signal));

      expect(names.filter((name) => name.startsWith(withPrefix(DENIED)))).toEqual([]);
      const denied = server.world.repositories.find(({ project }) => project === withPrefix(DENIED))?.name ?? '';
      await expect(collect(client.tags(denied, signal))).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:permission-denied|authentication-failed)$/),
      });
      if (vendor.showsDenied) expect(client.warnings().join('\n')).toContain(DENIED);
    });

    test.each([
      ['403', () => ({ status: 403, body: vendor.failure(403, 'no') })],
      ['404', () => ({ status: 404, body: vendor.failure(404, 'no') })],
      ['a page for people', () => ({ status: 200, body: '<!doctype html><title>Sign in</title>' })],
      ['JSON of another shape', () => ({ status: 200, body: { else: [{ nothing: true }] } })],
    ])('lists by the catalog, and says so, when its API answers %s to everything', async (_, answer) => {
      client = connect();
      server.onApi(answer);

      const names = await collect(client.repositories(signal));
      const tags = await collect(client.tags(large, signal));

      expect(names).toEqual(expect.arrayContaining(namesOfAll()));
      expect(tags).toHaveLength(size.tags);
      expect(client.warnings()).toEqual([expect.stringContaining('catalog')]);
    });

    test('passes on that its API is down, rather than listing less', async () => {
      server.onApi(() => ({ status: 503, body: vendor.failure(503, 'down') }));

      await expect(collect(connect().repositories(signal))).rejects.toMatchObject({ retryable: true });
      expect(server.distribution.filter((path) => path !== '/v2/')).toEqual([]);
    });

    describe('synced', () => {
      let store: Store;
      let clock: { now: Date };
      let registryId: number;

      beforeAll(async () => {
        await stop();
        await start();
        ({ store, clock } = await openTestStore(engine));
        ({ id: registryId } = await store.registries.add(sampleRegistry(vendor.name, { url: server.url })));
      });
      afterAll(() => store.close());

      async function sync() {
        clock.now = new Date(clock.now.getTime() + 60_000);
        const registry = await store.registries.get(registryId);
        if (!registry) return expect.unreachable();
        server.forget();
        return syncRegistry(registry, client, { store, now: () => clock.now }, signal);
      }

      async function rows(): Promise<readonly string[]> {
        const images = await Promise.all((await store.images.select({ all: true })).map((id) => store.images.get(id)));
        return images.map((image) => `${image?.repository}:${image?.tag} ${image?.digest}`).sort();
      }

      const expected = () =>
        readable(server.world)
          .flatMap(({ name, tags }) => tags.map((tag) => `${name}:${tag.name} ${tag.digest}`))
          .sort();

      test('gives a row to every tag, and asks for no manifest of those that are as they were', async () => {
        const first = await sync();
        expect(await rows()).toEqual(expected());
        expect(first.unread).toEqual([]);

        const second = await sync();

        expect(second).toMatchObject({ removedImages: 0, skipped: first.skipped });
        expect(server.distribution.filter((path) => !path.endsWith('/v2/'))).toEqual(
          vendor.asksAgain?.(server.world) ?? [],
        );
        expect(await rows()).toEqual(expected());
      });

      test('loses nothing when a tag is deleted and others move while the pages are read', async () => {
        const repository = server.world.repositories.find(({ name }) => name === large);
        if (!repository) return expect.unreachable();
        let changed = false;
        server.onApi((_, url, body) => {
          const asked = `${decodeURIComponent(decodeURIComponent(url.href))}${body}`;
          if (changed || !(vendor.listsAllAtOnce || asked.includes(vendor.marksLarge ?? LARGE.slice('team-a/'.length))))
            return undefined;
          changed = true;
          // One goes from the page that is being read, so all others move up; one moves to an image that has been read,
          // one from there to the last page.
          queueMicrotask(() => changeWhileRead(repository.tags));
          return undefined;
        });
        const named = (all: readonly string[]) => all.map((row) => row.split(' ')[0]);

        await sync();

        expect(changed).toBe(true);
        expect(named(await rows())).toEqual(expect.arrayContaining(named(expected())));
        server.onApi(undefined);
        await sync();
        // What was listed just before it was deleted.
        expect(await rows()).toEqual(expected());
      });

      test('loses nothing of a project that it may not read any more', async () => {
        const before = await rows();
        server.world.denied.add(withPrefix('team-b'));

        const { unread, removedImages } = await sync();

        expect(await rows()).toEqual(before);
        expect(removedImages).toBe(0);
        expect(unread.join('\n')).toContain('team-b/');
      });
    });
  });
});

/** Deletes the first tag, points the last one at the image of the second, and the third one at that of the last but one. */
function changeWhileRead(tags: { readonly name: string; readonly digest: string; readonly pushedAt: Date }[]): void {
  const [, second, third] = tags;
  const lastButOne = tags.at(-2);
  const last = tags.pop();
  if (!second || !third || !lastButOne || !last) throw new Error('too few tags to change');
  tags.splice(2, 1);
  tags.splice(0, 1);
  tags.unshift({ ...last, digest: second.digest });
  tags.push({ ...third, digest: lastButOne.digest });
}
