import { expect, onTestFinished, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestImage } from '../../../test/support/create-test-image.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { type FakeRegistryOptions, startFakeRegistryForTest } from '../../../test/support/start-fake-registry.ts';
import { AppError } from '../../model/app-error.ts';
import type { Cause } from '../../model/cause.ts';
import { openSession } from '../distribution/open-session.ts';
import { createVendorClient, type VendorLists } from './create-vendor-client.ts';

const { signal } = new AbortController();

async function clientWith(lists: Partial<VendorLists>, intercept: FakeRegistryOptions['intercept'] = () => false) {
  const registry = await startFakeRegistryForTest({ intercept });
  registry.add('team/app', 'v1', createTestImage('a'));
  const settings = { type: 'x', url: registry.url, username: '', password: '', insecure: false, speedLimit: 0 };
  const session = openSession(settings, { allowPrivate: true }, { system: createTestSystem() });
  onTestFinished(() => session.close());
  const client = createVendorClient(session, { name: 'The API', repositories: empty, tags: empty, ...lists });
  return { client, registry };
}

async function* empty(): AsyncGenerator<never> {}

/** A list that ends with an error after so many items. */
function failing<T>(code: Cause, ...items: readonly T[]) {
  return async function* (): AsyncGenerator<T> {
    yield* items;
    throw new AppError(code, 'it refuses');
  };
}

test('an empty list is told, since it may be a lack of rights', async () => {
  const { client } = await clientWith({});

  expect(await collect(client.repositories(signal))).toEqual([]);
  expect(client.warnings()).toEqual([expect.stringContaining('no repository')]);
});

test('what was told of the last list is not told of the next one', async () => {
  let lists = 0;
  const { client } = await clientWith({
    repositories: async function* () {
      lists += 1;
      if (lists === 1) throw new AppError('permission-denied', 'it refuses');
      yield 'team/app';
    },
  });

  await collect(client.repositories(signal));
  expect(client.warnings()).toHaveLength(1);
  expect(await collect(client.repositories(signal))).toEqual(['team/app']);
  expect(client.warnings()).toEqual([]);
});

test('once the API has refused, tags are not asked of it for every repository', async () => {
  let asked = 0;
  const { client } = await clientWith({
    repositories: failing('not-a-registry'),
    tags: () => {
      asked += 1;
      return failing<never>('not-a-registry')();
    },
  });

  expect(await collect(client.repositories(signal))).toEqual(['team/app']);
  expect(await collect(client.tags('team/app', signal))).toEqual([{ name: 'v1' }]);
  expect(asked).toBe(0);
});

test('what has been listed in part is not begun anew by the catalog', async () => {
  const { client, registry } = await clientWith({
    repositories: failing('permission-denied', 'a'),
    tags: failing('permission-denied', { name: 'x' }),
  });

  await expect(collect(client.repositories(signal))).rejects.toMatchObject({ code: 'permission-denied' });
  await expect(collect(client.tags('team/app', signal))).rejects.toMatchObject({ code: 'permission-denied' });
  expect(registry.requests).toEqual([]);
});

test.each<Cause>(['connection-failed', 'rate-limited', 'limit-exceeded', 'canceled'])(
  '%s is no refusal, and not got round',
  async (code) => {
    const { client, registry } = await clientWith({ repositories: failing(code), tags: failing(code) });

    await expect(collect(client.repositories(signal))).rejects.toMatchObject({ code });
    await expect(collect(client.tags('team/app', signal))).rejects.toMatchObject({ code });
    expect(registry.requests).toEqual([]);
  },
);

test('where neither lists, both reasons are told', async () => {
  const { client } = await clientWith({ repositories: failing('permission-denied') }, (_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"errors":[{"code":"DENIED"}]}');
    return true;
  });

  await expect(collect(client.repositories(signal))).rejects.toMatchObject({
    code: 'permission-denied',
    message: expect.stringMatching(/The API.*it refuses.*catalog.*DENIED/),
  });
});

test('a tag that comes twice is told once, and again where it has moved', async () => {
  const digest = createTestImage('a').manifest.digest;
  const moved = createTestImage('b').manifest.digest;
  const { client } = await clientWith({
    tags: async function* () {
      yield { name: 'v1', digest };
      yield { name: 'v1', digest };
      yield { name: 'v1', digest: moved };
    },
  });

  expect(await collect(client.tags('team/app', signal))).toEqual([
    { name: 'v1', digest },
    { name: 'v1', digest: moved },
  ]);
});
