import { describe, expect, test } from 'vitest';
import { createTestImage, digestOf } from '../../../test/support/create-test-image.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';

const { signal } = new AbortController();
const { manifest } = createTestImage('app');

async function serve(headers: Readonly<Record<string, string>>, body: string | Buffer = manifest.body, status = 200) {
  const server = await serveForTest((_, response) => void response.writeHead(status, headers).end(body));
  return { server, client: openTestClient(server.url) };
}

test('all manifest types are asked for by name', async () => {
  const { server, client } = await serve({ 'content-type': `${manifest.mediaType}; charset=utf-8`, etag: '"e"' });

  expect(await client.manifest('app', 'v1', signal)).toEqual({
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    body: manifest.body,
    etag: '"e"',
  });
  expect(server.requests[0]?.headers.accept?.split(', ')).toHaveLength(5);
  expect(server.requests[0]?.headers.accept).not.toContain('*');
});

describe('bytes that are not what they should be are blob-corrupt', () => {
  test('against the digest that was asked for', async () => {
    const { client } = await serve({ 'content-type': manifest.mediaType });

    await expect(client.manifest('app', digestOf(Buffer.from('other')), signal)).rejects.toMatchObject({
      code: 'blob-corrupt',
    });
  });

  test('against the digest that was announced', async () => {
    const { client } = await serve({
      'content-type': manifest.mediaType,
      'docker-content-digest': digestOf(Buffer.from('other')),
    });

    await expect(client.manifest('app', 'v1', signal)).rejects.toMatchObject({ code: 'blob-corrupt' });
  });
});

test('schema 1 is unsupported, not absent', async () => {
  const { client } = await serve({ 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }, '{}');

  await expect(client.manifest('app', 'v1', signal)).rejects.toMatchObject({ code: 'manifest-unsupported' });
});

test('a manifest over 4 MiB is not read to its end', async () => {
  const { client } = await serve({ 'content-type': manifest.mediaType }, Buffer.alloc(4 * 1024 ** 2 + 1));

  await expect(client.manifest('app', 'v1', signal)).rejects.toMatchObject({ code: 'limit-exceeded' });
});

test.each(['../x', '.hidden', 'sha256:abc', '', 'a b'])('the reference %j is not asked for', async (reference) => {
  const { client, server } = await serve({});

  await expect(client.manifest('app', reference, signal)).rejects.toMatchObject({ code: 'registry-error' });
  expect(server.requests).toEqual([]);
});

test('a head tells what it knows and no more', async () => {
  const bare = await serve({ 'content-type': manifest.mediaType });
  const full = await serve({
    'content-type': manifest.mediaType,
    'docker-content-digest': manifest.digest,
    etag: 'W/"x"',
  });
  const odd = await serve({ 'docker-content-digest': 'md5:1' });

  expect(await bare.client.head('app', 'v1', undefined, signal)).toEqual({
    unchanged: false,
    mediaType: manifest.mediaType,
  });
  expect(await full.client.head('app', 'v1', undefined, signal)).toEqual({
    unchanged: false,
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    etag: 'W/"x"',
  });
  expect(await odd.client.head('app', 'v1', undefined, signal)).toEqual({ unchanged: false, mediaType: '' });
});

test('a broken manifest answer is asked for again', async () => {
  let calls = 0;
  const server = await serveForTest((_, response) => {
    calls += 1;
    response.writeHead(200, { 'content-type': manifest.mediaType, 'content-length': manifest.body.byteLength });
    if (calls === 1) response.write(manifest.body.subarray(0, 10), () => response.destroy());
    else response.end(manifest.body);
  });

  expect((await openTestClient(server.url).manifest('app', 'v1', signal)).digest).toBe(manifest.digest);
});

test.each([200, 304])('visits that are answered with %d share connections', async (status) => {
  const { client, server } = await serve({ 'content-type': manifest.mediaType, 'content-length': '7' }, '', status);

  for (let visit = 0; visit < 20; visit += 1) await client.head('app', 'v1', '"e"', signal);

  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBeLessThan(5);
});

test('a server that sends a body with HEAD, which it must not, is understood all the same', async () => {
  const server = await serveForTest((request, response) => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: ${manifest.mediaType}\r\ncontent-length: ${manifest.body.byteLength}\r\n\r\n`;
    request.socket.write(Buffer.concat([Buffer.from(head), manifest.body]));
    response.on('error', () => {});
  });
  const client = openTestClient(server.url);

  for (let visit = 0; visit < 3; visit += 1) {
    expect(await client.head('app', 'v1', undefined, signal)).toMatchObject({ mediaType: manifest.mediaType });
    expect((await client.manifest('app', 'v1', signal)).digest).toBe(manifest.digest);
  }
});

test('a 304 that nobody asked for proves nothing', async () => {
  const { client } = await serve({}, '', 304);

  await expect(client.head('app', 'v1', undefined, signal)).rejects.toMatchObject({ code: 'registry-error' });
  expect(await client.head('app', 'v1', '"e"', signal)).toEqual({ unchanged: true });
});
