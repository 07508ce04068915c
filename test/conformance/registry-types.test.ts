import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegistryClient, RegistryType } from '../../src/registries/registry-client.ts';
import { registryTypes } from '../../src/registries/types/index.ts';
import { checkConnection } from '../support/check-connection.ts';
import { collect } from '../support/collect.ts';
import { createTestImage, createTestIndex, digestOf } from '../support/create-test-image.ts';
import { type FakeRegistry, startFakeRegistry } from '../support/start-fake-registry.ts';
import { tagNames } from '../support/tag-names.ts';

const credentials = { username: 'robot', password: 'correct horse' };
const amd64 = createTestImage('amd64');
const arm64 = createTestImage('arm64');
const index = createTestIndex({ 'linux/amd64': amd64, 'linux/arm64': arm64 });

describe.each(['none', 'basic', 'bearer'] as const)('with authentication %s', (scheme) => {
  let server: FakeRegistry;

  beforeAll(async () => {
    server = await startFakeRegistry(scheme === 'none' ? {} : { auth: { scheme, ...credentials } });
    for (const tag of ['v1', 'v2', 'v3', 'v4', 'v5']) server.add('team/app', tag, amd64);
    server.add('team/app', 'v5', arm64);
    server.addContent('team/app', index, 'multi');
    for (const name of ['a', 'b', 'c']) server.add(name, 'latest', amd64);
    server.add('empty', 'gone', amd64);
    server.removeTag('empty', 'gone');
  });
  afterAll(() => server.stop());

  describe.each(registryTypes.map((type): [string, RegistryType] => [type.name, type]))(
    'the registry type %s',
    (_, type) => {
      async function connected<T>(
        use: (client: RegistryClient) => Promise<T>,
        password = credentials.password,
      ): Promise<T> {
        const settings = {
          type: type.name,
          url: server.url,
          username: credentials.username,
          password,
          insecure: false,
          speedLimit: 0,
        };
        const client = type.connect(settings, { allowPrivate: true });
        try {
          return await use(client);
        } finally {
          await client.close();
        }
      }
      const { signal } = new AbortController();

      test('describes itself in one line', () => {
        expect(type.description).toMatch(/^[^\n]{10,200}$/);
      });

      test('connects', async () => {
        expect(await connected((client) => checkConnection(client, signal))).toEqual({ status: 'connected' });
      });

      test.skipIf(scheme === 'none')('says that a wrong password is wrong, without repeating it', async () => {
        const check = await connected((client) => checkConnection(client, signal), 'wrong battery');

        expect(check).toMatchObject({ status: 'failed', cause: 'authentication-failed' });
        expect(JSON.stringify(check)).not.toContain('wrong battery');
      });

      test('lists every repository and every tag once, over all pages', async () => {
        await connected(async (client) => {
          expect(await collect(client.repositories(signal))).toEqual(['a', 'b', 'c', 'empty', 'team/app']);
          expect(await tagNames(client, 'team/app', signal)).toEqual(['multi', 'v1', 'v2', 'v3', 'v4', 'v5']);
        });
      });

      test('goes on when its token dies in the middle of a list', async () => {
        await connected(async (client) => {
          const names: string[] = [];
          for await (const name of client.repositories(signal)) {
            if (names.length === 0) server.revokeTokens();
            names.push(name);
          }

          expect(names).toEqual(['a', 'b', 'c', 'empty', 'team/app']);
        });
      });

      test('asks for nothing by a name that could lead elsewhere', async () => {
        await connected(async (client) => {
          const before = server.requests.length;
          for (const name of ['../_catalog', 'a/../../x', 'a?b', 'a\u0000', ''])
            await expect(collect(client.tags(name, signal))).rejects.toMatchObject({ code: 'registry-error' });
          for (const tag of ['../tags/list', 'a b', 'sha256:1'])
            await expect(client.manifest('a', tag, signal)).rejects.toMatchObject({ code: 'registry-error' });

          expect(server.requests).toHaveLength(before);
        });
      });

      test('ends what is under way when it is closed', async () => {
        await connected(async (client) => {
          await client.ping(signal);
          await client.close();

          await expect(client.ping(signal)).rejects.toMatchObject({ code: 'connection-failed' });
          expect(client.warnings()).toEqual([]);
        });
      });

      test('finds no tags in an empty and in a missing repository', async () => {
        await connected(async (client) => {
          expect(await collect(client.tags('empty', signal))).toEqual([]);
          expect(await collect(client.tags('no/such', signal))).toEqual([]);
        });
      });

      test('visits an unchanged tag with one empty answer', async () => {
        await connected(async (client) => {
          const head = await client.head('team/app', 'multi', undefined, signal);
          expect(head).toMatchObject({ unchanged: false, digest: index.digest, mediaType: index.mediaType });
          if (head.unchanged) return;

          expect(await client.head('team/app', 'multi', head.etag, signal)).toEqual({ unchanged: true });
          expect(await client.head('team/app', 'multi', '"other"', signal)).toMatchObject({ unchanged: false });
        });
      });

      test('reads manifests by tag and by digest, and blobs', async () => {
        await connected(async (client) => {
          const manifest = await client.manifest('team/app', 'v5', signal);
          expect(manifest).toMatchObject({ digest: arm64.manifest.digest, mediaType: arm64.manifest.mediaType });
          expect(digestOf(manifest.body)).toBe(arm64.manifest.digest);
          expect((await client.manifest('team/app', amd64.manifest.digest, signal)).digest).toBe(amd64.manifest.digest);

          const blob = await client.blob('team/app', arm64.config.digest, signal);
          expect(blob.size).toBe(arm64.config.body.byteLength);
          expect(digestOf(await buffer(blob.stream))).toBe(arm64.config.digest);
        });
      });

      test('says image-not-found for what is not there', async () => {
        await connected(async (client) => {
          const notFound = { code: 'image-not-found', retryable: false };
          const digest = digestOf(Buffer.from('absent'));
          await expect(client.head('team/app', 'absent', undefined, signal)).rejects.toMatchObject(notFound);
          await expect(client.manifest('team/app', digest, signal)).rejects.toMatchObject(notFound);
          await expect(client.blob('team/app', digest, signal)).rejects.toMatchObject(notFound);
        });
      });

      test('stops when told to', async () => {
        await connected(async (client) => {
          const aborted = AbortSignal.abort();
          const canceled = { code: 'canceled' };
          await expect(client.ping(aborted)).rejects.toMatchObject(canceled);
          await expect(collect(client.repositories(aborted))).rejects.toMatchObject(canceled);
          await expect(client.manifest('team/app', 'v1', aborted)).rejects.toMatchObject(canceled);
        });
      });

      test('goes to no private address when that is not allowed', async () => {
        const settings = { type: type.name, url: server.url, ...credentials, insecure: false, speedLimit: 0 };
        const client = type.connect(settings, { allowPrivate: false });

        await expect(client.ping(signal)).rejects.toMatchObject({ code: 'address-forbidden' });
        await client.close();
      });
    },
  );

  test('only reads', () => {
    expect(server.requests.length).toBeGreaterThan(0);
    expect(server.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);
  });
});

test('every registry type has a name of its own', () => {
  expect(new Set(registryTypes.map(({ name }) => name)).size).toBe(registryTypes.length);
});
