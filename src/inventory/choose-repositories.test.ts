import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestImage } from '../../test/support/create-test-image.ts';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { pushImage } from '../../test/support/push-image.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../test/support/start-docker-registry.ts';
import { choosesRepository, choosesTag, isSyncPattern, type SyncChoice } from '../model/sync-choice.ts';
import { createDistributionClient } from '../registries/distribution/create-distribution-client.ts';
import type { RegistryClient } from '../registries/registry-client.ts';
import { chooseRepositories } from './choose-repositories.ts';
import { lookAgain } from './look-again.ts';
import { syncRegistry } from './sync-registry.ts';

const available = hasDockerRegistry();
if (!available) console.warn('SKIPPED: docker-registry is not installed, so choices are not proved against it');

const { signal } = new AbortController();
const choice = (include: readonly string[], exclude: readonly string[] = [], newest?: number): SyncChoice => ({
  include,
  exclude,
  ...(newest === undefined ? {} : { newest }),
});

test.each([
  [choice([]), 'any/thing', 'v1', true],
  [choice(['team/*']), 'team/app', 'v1', true],
  [choice(['team/*']), 'team/deep/app', 'v1', false],
  [choice(['team/**']), 'team/deep/app', 'v1', true],
  [choice(['team/**']), 'other/app', 'v1', false],
  [choice(['team/app:v*']), 'team/app', 'v1', true],
  [choice(['team/app:v*']), 'team/app', 'dev', false],
  [choice(['team/app:v*', 'team/**:dev']), 'team/app', 'dev', true],
  [choice([], ['mirror/**']), 'mirror/a', 'v1', false],
  [choice([], ['**:*-dev']), 'team/app', 'v1-dev', false],
  [choice([], ['**:*-dev']), 'team/app', 'v1', true],
  [choice(['team/**'], ['team/secret']), 'team/secret', 'v1', false],
])('%j of %s:%s is %s', (chosen, repository, tag, seen) => {
  expect(choosesRepository(chosen, repository) && choosesTag(chosen, repository, tag)).toBe(seen);
});

test('a repository of which only tags are left out is still looked at', () => {
  expect(choosesRepository(choice([], ['app:*']), 'app')).toBe(true);
  expect(choosesRepository(choice(['app:v*']), 'app')).toBe(true);
});

test.each([
  ['team/**', true],
  ['team/app:v1.*', true],
  ['**:latest', true],
  ['', false],
  ['a b', false],
  ['app:', false],
  ['a:b:c', false],
  ['a\u0000', false],
  ['x'.repeat(257), false],
])('%j is a pattern: %s', (text, is) => {
  expect(isSyncPattern(text)).toBe(is);
});

describe.skipIf(!available)('with the real docker-registry', () => {
  let docker: DockerRegistry;
  beforeAll(async () => {
    docker = await startDockerRegistry();
    for (const [repository, tags] of Object.entries({
      'shop/web': ['v1', 'v2', 'v3-dev'],
      'shop/api': ['v1'],
      'mirror/base': ['v1'],
    })) {
      for (const tag of tags) await pushImage(docker, repository, tag, createTestImage(`${repository}:${tag}`));
    }
  });
  afterAll(() => docker?.stop());

  describeEachEngine('a sync', (fixture) => {
    const add = async () => (await fixture.store.registries.add({ ...sampleRegistry('lab'), url: docker.url })).id;
    const connect = () => {
      const client = createDistributionClient({ ...sampleRegistry('lab'), url: docker.url }, { allowPrivate: true });
      onTestFinished(() => client.close());
      return client;
    };
    const registryOf = async (id: number) => (await fixture.store.registries.get(id)) ?? expect.unreachable();
    const deps = () => ({ store: fixture.store, now: () => fixture.clock.now });
    const sync = async (id: number, chosen: SyncChoice, client: RegistryClient = connect()) => {
      fixture.clock.now = new Date(fixture.clock.now.getTime() + 60_000);
      expect(await fixture.store.registries.chooseContent(id, chosen)).toBe(true);
      return syncRegistry(await registryOf(id), client, deps(), signal);
    };
    const rows = async () => {
      const ids = await fixture.store.images.select({ all: true });
      const images = await Promise.all(ids.map((each) => fixture.store.images.get(each)));
      return images.map((image) => `${image?.repository}:${image?.tag}`).sort();
    };

    test('lists what is chosen, says what is not, and removes what was listed before', async () => {
      const id = await add();
      const whole = await sync(id, choice([]));
      expect(await rows()).toEqual(['mirror/base:v1', 'shop/api:v1', 'shop/web:v1', 'shop/web:v2', 'shop/web:v3-dev']);
      expect(whole.remarks).toEqual([]);

      const part = await sync(id, choice(['shop/**'], ['**:*-dev']));
      expect(await rows()).toEqual(['shop/api:v1', 'shop/web:v1', 'shop/web:v2']);
      expect(part).toMatchObject({
        removedImages: 2,
        repositories: 2,
        remarks: ['Not looked at: 1 repository by pattern, 1 tag by pattern.'],
      });

      await sync(id, choice([]));
      expect(await rows()).toHaveLength(5);
    });

    test('a pattern that leaves out everything empties the list: that is no lost catalog', async () => {
      const id = await add();
      await sync(id, choice([]));

      const { remarks, removedImages } = await sync(id, choice(['nothing/**']));

      expect(remarks).toEqual(['Not looked at: 3 repositories by pattern.']);
      expect(removedImages).toBe(5);
      expect(await rows()).toEqual([]);
    });

    test('without times of push the newest are unknown, all are looked at, and that is said', async () => {
      const { remarks } = await sync(await add(), choice([], [], 2));

      expect(await rows()).toHaveLength(5);
      expect(remarks).toEqual([expect.stringMatching(/^The newest 2 tags are unknown in 1 repository, because/)]);
    });

    test.each([false, true])(
      'with times of push the newest are listed (lists that may shift: %s)',
      async (tagsMayShift) => {
        const id = await add();
        const times = ['v2', 'v3-dev', 'v1'];
        const timed: RegistryClient = {
          ...withTimes(connect(), times),
          ...(tagsMayShift ? { tagsMayShift: true } : {}),
        };
        await sync(id, choice([]), timed);

        const { remarks } = await sync(id, choice([], ['mirror/**'], 2), timed);

        expect(await rows()).toEqual(['shop/api:v1', 'shop/web:v1', 'shop/web:v3-dev']);
        expect(remarks).toEqual([
          'Not looked at: 1 repository by pattern, 1 tag that is not among the newest 2 of their repository.',
        ]);
      },
    );

    test('what is left out is not seen after an event either, and nobody waits for it', async () => {
      const id = await add();
      await sync(id, choice(['shop/**'], ['**:*-dev']));
      const registry = await registryOf(id);
      const look = (repository: string, tag: string) =>
        lookAgain(registry, connect(), { repository, tags: new Set([tag]) }, deps(), signal);

      const looked = [await look('mirror/base', 'v1'), await look('shop/web', 'v3-dev')];

      expect(looked.map(({ listed }) => [...listed].sort())).toEqual([['v1'], ['v1', 'v2', 'v3-dev']]);
      expect(await rows()).toEqual(['shop/api:v1', 'shop/web:v1', 'shop/web:v2']);
    });

    test('an unknown registry has no choice', async () => {
      expect(await fixture.store.registries.chooseContent(999_999, choice(['a']))).toBe(false);
    });
  });

  test('what is left out costs no request but the catalog', async () => {
    const asked: string[] = [];
    const client = createDistributionClient({ ...sampleRegistry('lab'), url: docker.url }, { allowPrivate: true });
    onTestFinished(() => client.close());
    const counting: RegistryClient = {
      ...client,
      tags: (repository, cancel) => {
        asked.push(repository);
        return client.tags(repository, cancel);
      },
    };
    const chosen = chooseRepositories(counting, choice(['shop/api']));

    const names = [];
    for await (const name of chosen.client.repositories(signal)) names.push(name);
    for (const name of ['mirror/base', ...names]) for await (const _ of chosen.client.tags(name, signal)) break;

    expect(names).toEqual(['shop/api']);
    expect(asked).toEqual(['shop/api']);
    expect(chosen.repositoriesLeftOut()).toBe(2);
  });
});

/** As the lists of registries that tell it: later names were pushed later. */
function withTimes(client: RegistryClient, byTime: readonly string[]): RegistryClient {
  return {
    ...client,
    async *tags(repository, cancel) {
      for await (const tag of client.tags(repository, cancel)) {
        yield { ...tag, pushedAt: new Date(Date.UTC(2026, 0, 1 + byTime.indexOf(tag.name))) };
      }
    },
  };
}
