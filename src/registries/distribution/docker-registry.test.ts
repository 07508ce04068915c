import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestImage, createTestIndex, digestOf } from '../../../test/support/create-test-image.ts';
import { openTestClient } from '../../../test/support/open-test-client.ts';
import { deleteManifest, pushBlob, pushImage, pushManifest } from '../../../test/support/push-image.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../../test/support/start-docker-registry.ts';
import { checkConnection } from '../check-connection.ts';

const available = hasDockerRegistry();
if (!available)
  console.warn('SKIPPED: docker-registry is not installed, so the client is not proved against the real one');

const auth = { username: 'robot', password: 'correct horse' };
const { signal } = new AbortController();
const amd64 = createTestImage('amd64');
const arm64 = createTestImage('arm64');
const index = createTestIndex({ 'linux/amd64': amd64, 'linux/arm64': arm64 });
const doomed = createTestImage('doomed');

describe.skipIf(!available)('the real docker-registry', () => {
  let registry: DockerRegistry;
  const connect = (settings: Partial<typeof auth> = auth, limits = {}) =>
    openTestClient(registry.url, { settings, limits });

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth });
    const target = { url: registry.url, auth };
    await pushImage(target, 'team/app', 'v1', amd64);
    await pushImage(target, 'team/app', 'v2', arm64);
    await pushManifest(target, 'team/app', 'multi', index);
    await pushImage(target, 'tools/cli', 'latest', amd64);
    await pushImage(target, 'emptied', 'latest', doomed);
    await deleteManifest(target, 'emptied', doomed.manifest.digest);
    await pushBlob(target, 'team/app', doomed.config);
  });
  afterAll(() => registry?.stop());

  test('accepts the right password and refuses others', async () => {
    expect(await checkConnection(connect(), signal)).toEqual({ status: 'connected' });
    for (const settings of [
      { ...auth, password: 'no' },
      { username: '', password: '' },
    ]) {
      expect(await checkConnection(connect(settings), signal)).toMatchObject({
        status: 'failed',
        cause: 'authentication-failed',
      });
    }
  });

  test.each([1, 2, 3, 500, 5_000])('lists its repositories with %d names per page', async (pageSize) => {
    const client = connect(auth, { pageSize });

    expect(await collect(client.repositories(signal))).toEqual(['emptied', 'team/app', 'tools/cli']);
  });

  test('lists tags in any order, also with a page size that it ignores, and none where all were deleted', async () => {
    const client = connect(auth, { pageSize: 3 });

    expect((await collect(client.tags('team/app', signal))).toSorted()).toEqual(['multi', 'v1', 'v2']);
    expect(await collect(client.tags('emptied', signal))).toEqual([]);
    expect(await collect(client.tags('no/such', signal))).toEqual([]);
  });

  test('answers 304 to a known tag', async () => {
    const client = connect();
    const head = await client.head('team/app', 'multi', undefined, signal);

    expect(head).toMatchObject({ unchanged: false, digest: index.digest, mediaType: index.mediaType });
    if (head.unchanged) return;
    expect(await client.head('team/app', 'multi', head.etag, signal)).toEqual({ unchanged: true });
    expect(await client.head('team/app', 'v1', head.etag, signal)).toMatchObject({ unchanged: false });
    await expect(client.head('team/app', 'absent', undefined, signal)).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });

  test('serves manifests, an index and blobs byte for byte', async () => {
    const client = connect();

    expect((await client.manifest('team/app', 'multi', signal)).body).toEqual(index.body);
    expect((await client.manifest('team/app', amd64.manifest.digest, signal)).body).toEqual(amd64.manifest.body);
    for (const content of [amd64.config, ...amd64.layers]) {
      const blob = await client.blob('team/app', content.digest, signal);
      expect(blob.size).toBe(content.body.byteLength);
      expect(digestOf(await buffer(blob.stream))).toBe(content.digest);
    }
    await expect(client.blob('team/app', digestOf(Buffer.from('x')), signal)).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });
});
