import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../../demo/build-image.ts';
import { layer } from '../../../demo/build-layer.ts';
import { checkConnection } from '../../../test/support/check-connection.ts';
import { collect } from '../../../test/support/collect.ts';
import { createSchema1Manifest } from '../../../test/support/create-schema1-manifest.ts';
import { createTestImage, createTestIndex, digestOf } from '../../../test/support/create-test-image.ts';
import { openTestClient } from '../../../test/support/open-test-client.ts';
import { deleteManifest, pushBlob, pushImage, pushManifest } from '../../../test/support/push-image.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  hasSkopeo,
  startDockerRegistry,
} from '../../../test/support/start-docker-registry.ts';
import { type Permit, startTokenRealm, type TokenRealm } from '../../../test/support/start-token-realm.ts';
import { tagNames } from '../../../test/support/tag-names.ts';
import { writeLayout } from '../../../test/support/write-layout.ts';
import { basicAuthorization } from './fetch-token.ts';

const available = hasDockerRegistry();
if (!available)
  console.warn('SKIPPED: docker-registry is not installed, so the client is not proved against the real one');

const auth = { username: 'robot', password: 'correct horse' };
const { signal } = new AbortController();
const amd64 = createTestImage('amd64');
const arm64 = createTestImage('arm64');
const index = createTestIndex({ 'linux/amd64': amd64, 'linux/arm64': arm64 });
const built = buildImage({ created: '2024-05-01T00:00:00Z', layers: [layer().file('etc/a', 'b').gzip()] });
const doomed = createTestImage('doomed');

describe.skipIf(!available)('the real docker-registry', () => {
  let registry: DockerRegistry;
  const connect = (settings: Partial<typeof auth> = auth, limits = {}) =>
    openTestClient(registry.url, { settings, limits });

  beforeAll(async () => {
    registry = await startDockerRegistry({ auth, schema1: true });
    const target = { url: registry.url, auth };
    await pushImage(target, 'team/app', 'v1', amd64);
    await pushImage(target, 'team/app', 'v2', arm64);
    await pushManifest(target, 'team/app', 'multi', index);
    await pushImage(target, 'tools/cli', 'latest', amd64);
    await pushImage(target, 'emptied', 'latest', doomed);
    await deleteManifest(target, 'emptied', doomed.manifest.digest);
    await pushBlob(target, 'team/app', doomed.config);
    for (const blob of amd64.layers) await pushBlob(target, 'old', blob);
    await pushManifest(target, 'old', 'v1', createSchema1Manifest('old', 'v1', amd64.layers));
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

    expect(await collect(client.repositories(signal))).toEqual(['emptied', 'old', 'team/app', 'tools/cli']);
  });

  test('lists tags in any order, also with a page size that it ignores, and none where all were deleted', async () => {
    const client = connect(auth, { pageSize: 3 });

    expect((await tagNames(client, 'team/app', signal)).toSorted()).toEqual(['multi', 'v1', 'v2']);
    expect(await tagNames(client, 'emptied', signal)).toEqual([]);
    expect(await tagNames(client, 'no/such', signal)).toEqual([]);
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

  test('serves schema 1, which is unsupported and not absent', async () => {
    const client = connect();

    expect(await client.head('old', 'v1', undefined, signal)).toMatchObject({
      unchanged: false,
      mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
    });
    await expect(client.manifest('old', 'v1', signal)).rejects.toMatchObject({ code: 'manifest-unsupported' });
  });

  test('refuses a page size beyond its own, and is asked again without one', async () => {
    const answer = await fetch(`${registry.url}/v2/_catalog?n=1001`, {
      headers: { authorization: basicAuthorization(auth) },
    });

    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('PAGINATION_NUMBER_INVALID');
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

if (!hasSkopeo()) console.warn('SKIPPED: skopeo is not installed, so tokens are not proved against the real registry');

describe.skipIf(!available || !hasSkopeo())('the real docker-registry with a token server', () => {
  const [robot, admin, guest] = ['robot', 'admin', 'guest'].map((username) => ({
    username,
    password: `of ${username}`,
  }));
  const permit: Permit = (username, resource) => {
    if (username === 'admin') return ['*', 'pull', 'push'];
    if (resource === 'repository:public/app') return ['pull'];
    if (username !== 'robot') return [];
    return resource === 'registry:catalog' ? ['*'] : resource === 'repository:secret/app' ? [] : ['pull'];
  };
  let realm: TokenRealm | undefined;
  let registry: DockerRegistry;

  const connect = (settings: Partial<typeof auth> = robot ?? {}) => openTestClient(registry.url, { settings });
  const scopes = (from: number) =>
    realm?.requests.slice(from).flatMap(({ url }) => new URL(url, 'http://r').searchParams.getAll('scope'));

  beforeAll(async () => {
    if (robot && admin && guest) realm = await startTokenRealm([robot, admin, guest], permit);
    if (realm === undefined) return;
    registry = await startDockerRegistry({ realm });
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-token-'));
    await writeLayout(folder, built.manifest, [built]);
    for (const repository of ['team/app', 'secret/app', 'public/app'])
      await runCommand('skopeo', [
        ...['copy', '--quiet', '--dest-tls-verify=false', `--dest-creds=${admin?.username}:${admin?.password}`],
        ...[`oci:${folder}:latest`, `docker://${new URL(registry.url).host}/${repository}:1`],
      ]);
    await rm(folder, { recursive: true });
  });
  afterAll(async () => {
    await registry?.stop();
    await realm?.stop();
  });

  test('is walked with one token per scope', async (context) => {
    if (realm === undefined) return context.skip('openssl is missing');
    const before = realm.requests.length;
    const client = connect();

    expect(await checkConnection(client, signal)).toEqual({ status: 'connected' });
    expect(await collect(client.repositories(signal))).toEqual(['public/app', 'secret/app', 'team/app']);
    for (const repository of ['team/app', 'public/app']) {
      expect(await tagNames(client, repository, signal)).toEqual(['1']);
      expect((await client.manifest(repository, '1', signal)).digest).toBe(built.manifest.digest);
      const blob = await client.blob(repository, built.config.digest, signal);
      expect(digestOf(await buffer(blob.stream))).toBe(built.config.digest);
    }

    expect(scopes(before)).toEqual(['registry:catalog:*', 'repository:team/app:pull', 'repository:public/app:pull']);
  });

  test('has tokens renewed when they are about to die in the middle of a walk', async (context) => {
    if (realm === undefined) return context.skip('openssl is missing');
    const client = connect();
    const before = realm.requests.length;
    await tagNames(client, 'team/app', signal);

    client.system.advance(280_000);
    await tagNames(client, 'team/app', signal);

    expect(scopes(before)).toEqual(['repository:team/app:pull', 'repository:team/app:pull']);
  });

  test('tells a repository that is closed to this account from a wrong password', async (context) => {
    if (realm === undefined) return context.skip('openssl is missing');

    await expect(tagNames(connect(), 'secret/app', signal)).rejects.toMatchObject({ code: 'permission-denied' });
    await expect(connect({ username: 'robot', password: 'no' }).ping(signal)).rejects.toMatchObject({
      code: 'authentication-failed',
    });
    expect(await checkConnection(connect(guest), signal)).toMatchObject({
      status: 'failed',
      cause: 'permission-denied',
      message: expect.stringContaining('list its repositories'),
    });
  });

  test('is open to nobody in particular where it is public', async (context) => {
    if (realm === undefined) return context.skip('openssl is missing');
    const anonymous = connect({});

    await anonymous.ping(signal);
    expect(await tagNames(anonymous, 'public/app', signal)).toEqual(['1']);
    await expect(tagNames(anonymous, 'secret/app', signal)).rejects.toMatchObject({ status: 401 });
  });
});
