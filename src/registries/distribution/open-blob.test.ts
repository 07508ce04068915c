import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../test/support/create-test-image.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';

const { signal } = new AbortController();
const body = Buffer.alloc(300_000, 'plimsoll');
const digest = digestOf(body);
const settings = { username: 'robot', password: 'correct horse' };

test('a redirect to the storage is followed without credentials', async () => {
  const storage = await serveForTest((_, response) => void response.writeHead(200).end(body));
  const server = await serveForTest((request, response) => {
    if (request.headers.authorization === undefined)
      return void sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' });
    response.writeHead(307, { location: `${storage.url}/bucket/blob?signature=secret` }).end();
  });

  const blob = await openTestClient(server.url, { settings }).blob('app', digest, signal);

  expect(digestOf(await buffer(blob.stream))).toBe(digest);
  expect(storage.requests.map(({ url, authorization }) => [url, authorization])).toEqual([
    ['/bucket/blob?signature=secret', undefined],
  ]);
});

test.each([
  ['small', 100, 1],
  ['large', 1_000_000, 2],
])('a redirect with a %s page does not cost more connections than it must', async (_, size, connections) => {
  const page = 'x'.repeat(size);
  const storage = await serveForTest((_request, response) => void response.writeHead(200).end(body));
  const server = await serveForTest((_request, response) => {
    response.writeHead(307, { location: storage.url, 'content-length': size }).end(page);
  });
  const client = openTestClient(server.url);

  for (let round = 0; round < 2; round += 1) await buffer((await client.blob('app', digest, signal)).stream);

  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(connections);
  expect(new Set(storage.requests.map(({ connection }) => connection)).size).toBe(1);
});

test('credentials that left the origin do not come back with a second redirect', async () => {
  const server = await serveForTest((request, response) => {
    const { url, headers } = request;
    if (url === '/back') return void response.writeHead(200).end(String(headers.authorization));
    if (headers.authorization === undefined)
      return void sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' });
    response.writeHead(302, { location: `${storage.url}/x` }).end();
  });
  const storage = await serveForTest(
    (_, response) => void response.writeHead(302, { location: `${server.url}/back` }).end(),
  );

  const blob = await openTestClient(server.url, { settings }).blob('app', digest, signal);

  expect((await buffer(blob.stream)).toString()).toBe('undefined');
});

test('a redirect within the registry keeps them', async () => {
  const server = await serveForTest((request, response) => {
    if (request.headers.authorization === undefined)
      return void sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' });
    if (request.url === '/moved') response.writeHead(200).end(body);
    else response.writeHead(301, { location: '/moved' }).end();
  });

  expect((await openTestClient(server.url, { settings }).blob('app', digest, signal)).size).toBeUndefined();
  expect(server.requests.at(-1)).toMatchObject({ url: '/moved', authorization: expect.stringContaining('Basic') });
});

test.each([
  ['that never ends', '/v2/app/blobs/x', 'more than 5 times', 6],
  ['to a file', 'file:///etc/passwd', 'not a web address', 1],
])('a redirect %s is a registry-error', async (_, location, why, requests) => {
  const server = await serveForTest((_request, response) => void response.writeHead(302, { location }).end());

  await expect(openTestClient(server.url).blob('app', digest, signal)).rejects.toMatchObject({
    code: 'registry-error',
    message: expect.stringContaining(why),
  });
  expect(server.requests).toHaveLength(requests);
});

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://100.100.100.200/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://2852039166/',
])('a redirect to %s is refused', async (location) => {
  const server = await serveForTest((_, response) => void response.writeHead(302, { location }).end());

  await expect(openTestClient(server.url).blob('app', digest, signal)).rejects.toMatchObject({
    code: 'address-forbidden',
    message: expect.stringContaining('never contacted'),
  });
});

test('a redirect to a name that resolves to the metadata address is refused', async () => {
  const server = await serveForTest(
    (_, response) => void response.writeHead(302, { location: 'http://storage.test/blob' }).end(),
  );
  const system = createTestSystem(async () => [{ address: '169.254.169.254', family: 4 }]);

  await expect(openTestClient(server.url, { system }).blob('app', digest, signal)).rejects.toMatchObject({
    code: 'address-forbidden',
    message: expect.stringContaining('storage.test is 169.254.169.254'),
  });
});

test('a 401 of the storage is not answered with our credentials', async () => {
  const storage = await serveForTest((_, response) =>
    sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' }),
  );
  const server = await serveForTest(
    (_, response) => void response.writeHead(302, { location: `${storage.url}/` }).end(),
  );

  await expect(openTestClient(server.url, { settings }).blob('app', digest, signal)).rejects.toMatchObject({
    code: 'authentication-failed',
  });
  expect(storage.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

describe('the stream ends with an error', () => {
  test('when the blob breaks off', async () => {
    const server = await serveForTest((_, response) => {
      response.writeHead(200, { 'content-length': body.byteLength });
      response.write(body.subarray(0, 100_000), () => response.destroy());
    });

    const blob = await openTestClient(server.url).blob('app', digest, signal);

    expect(blob.size).toBe(body.byteLength);
    await expect(buffer(blob.stream)).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
  });

  test('when the server falls silent', async () => {
    const server = await serveForTest((_, response) => {
      response.writeHead(200, { 'content-length': body.byteLength });
      response.write(body.subarray(0, 100));
    });

    const blob = await openTestClient(server.url, { limits: { bodyTimeout: 50 } }).blob('app', digest, signal);

    await expect(buffer(blob.stream)).rejects.toMatchObject({
      code: 'connection-failed',
      networkCode: 'UND_ERR_BODY_TIMEOUT',
    });
  });

  test('also for a reader that comes when it is already broken', async () => {
    const server = await serveForTest((_, response) => {
      response.writeHead(200, { 'content-length': body.byteLength });
      response.write(body.subarray(0, 100), () => response.destroy());
    });
    const blob = await openTestClient(server.url).blob('app', digest, signal);
    await new Promise((resolve) => blob.stream.once('close', resolve));

    await expect(buffer(blob.stream)).rejects.toMatchObject({ code: 'connection-failed' });
  });

  test('when it is canceled in the middle', async () => {
    const server = await serveForTest((_, response) => {
      response.writeHead(200, { 'content-length': body.byteLength });
      response.write(body.subarray(0, 100));
    });
    const controller = new AbortController();
    const blob = await openTestClient(server.url).blob('app', digest, controller.signal);
    await once(blob.stream, 'readable');

    controller.abort();

    await expect(buffer(blob.stream)).rejects.toMatchObject({ code: 'canceled' });
  });
});

test.each<[string, (stream: Readable) => Promise<unknown>]>([
  ['read', (stream) => buffer(stream)],
  ['dropped', async (stream) => stream.destroy()],
])('a blob holds one of the places of the registry until it is %s', async (_, finish) => {
  let release = () => {};
  const server = await serveForTest((request, response) => {
    if (request.url === '/v2/') return void sendJson(response, 200, {});
    response.writeHead(200).write('x');
    release = () => response.end();
  });
  const client = openTestClient(server.url, { limits: { concurrency: 1 } });
  const blob = await client.blob('app', digest, signal);

  const waiting = client.ping(signal);
  for (let round = 0; round < 3; round += 1) await openTestClient(server.url).ping(signal);
  expect(server.requests).toHaveLength(4);
  release();
  await finish(blob.stream);
  await waiting;

  expect(server.requests).toHaveLength(5);
});
