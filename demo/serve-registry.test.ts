import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Digest } from '../src/model/digest.ts';
import { type ServedRegistry, type ServedRepository, serveRegistry } from './serve-registry.ts';

const manifestDigest: Digest = `sha256:${'a'.repeat(64)}`;
const blobDigest: Digest = `sha256:${'b'.repeat(64)}`;
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const repository = (name: string): ServedRepository => ({
  name,
  tags: new Map(['1', '2', '3'].map((tag) => [tag, manifestDigest])),
  manifests: new Map([[manifestDigest, { mediaType, body: Buffer.from('{}') }]]),
  blobs: new Map([[blobDigest, Buffer.from('layer')]]),
});

let registry: ServedRegistry;
beforeAll(async () => {
  const repositories = ['zeta', 'team/app', 'team/deep/er'].map(repository);
  registry = await serveRegistry({ repositories, auth: { username: 'demo', password: 'secret' }, pageSize: 2 });
});
afterAll(() => registry.stop());

const authorization = `Basic ${btoa('demo:secret')}`;
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(registry.url + path, { method, headers: { authorization, ...headers } });

test('nothing is served without the right credentials', async () => {
  const none = await fetch(`${registry.url}/v2/`);
  const wrong = await get('/v2/', { authorization: `Basic ${btoa('demo:wrong')}` });

  expect([none.status, wrong.status, (await get('/v2/')).status]).toEqual([401, 401, 200]);
  expect(none.headers.get('www-authenticate')).toBe('Basic realm="demo registry"');
});

test('the catalog is paged by Link, in order', async () => {
  const first = await get('/v2/_catalog?n=50');
  const next = /<(.+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
  const second = await get(next ?? 'no next page');

  expect(await first.json()).toEqual({ repositories: ['team/app', 'team/deep/er'] });
  expect(await second.json()).toEqual({ repositories: ['zeta'] });
  expect(second.headers.get('link')).toBeNull();
});

test('tags are listed; an unknown repository is NAME_UNKNOWN', async () => {
  const tags = await get('/v2/team/deep/er/tags/list');
  const unknown = await get('/v2/nobody/tags/list');

  expect(await tags.json()).toEqual({ name: 'team/deep/er', tags: ['1', '2'] });
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
});

test('a manifest is found by tag and by digest, and an unchanged one costs an empty 304', async () => {
  const head = await get('/v2/team/app/manifests/2', { accept: mediaType }, 'HEAD');
  const byDigest = await get(`/v2/team/app/manifests/${manifestDigest}`, { accept: mediaType });
  const again = await get('/v2/team/app/manifests/2', {
    accept: mediaType,
    'if-none-match': head.headers.get('etag') ?? '',
  });

  expect(head.headers.get('docker-content-digest')).toBe(manifestDigest);
  expect(head.headers.get('content-length')).toBe('2');
  expect(await byDigest.text()).toBe('{}');
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('a manifest of a type that the client does not accept is MANIFEST_UNKNOWN, as docker-registry does it', async () => {
  const answer = await get('/v2/team/app/manifests/2', { accept: '*/*' });

  expect(answer.status).toBe(404);
});

test('blobs are served by digest, nothing can be written, and every request is on record', async () => {
  const blob = await get(`/v2/zeta/blobs/${blobDigest}`);
  const put = await get('/v2/zeta/manifests/new', {}, 'PUT');

  expect(await blob.text()).toBe('layer');
  expect(put.status).toBe(405);
  expect(registry.requests).toContainEqual({ method: 'GET', url: `/v2/zeta/blobs/${blobDigest}`, status: 200 });
});
