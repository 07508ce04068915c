import { expect, test } from 'vitest';
import { collect } from '../../test/support/collect.ts';
import { openTestClient, serveForTest } from '../../test/support/open-test-client.ts';
import { sendJson } from '../../test/support/start-scripted-server.ts';
import { checkConnection } from './check-connection.ts';

const { signal } = new AbortController();

const check = async (catalogStatus: number, catalog: unknown) => {
  const server = await serveForTest((request, response) => {
    if (request.url === '/v2/') sendJson(response, 200, {});
    else sendJson(response, catalogStatus, catalog);
  });
  return checkConnection(openTestClient(server.url, { limits: { attempts: 1 } }), signal);
};

test('an empty registry is connected', async () => {
  expect(await check(200, { repositories: [] })).toEqual({ status: 'connected' });
});

test.each([
  [401, 'permission-denied', 'accepts the sign-in'],
  [403, 'permission-denied', 'accepts the sign-in'],
  [404, 'registry-error', 'no catalog'],
  [500, 'registry-error', '500'],
])('a catalog that answers %d is told apart from bad credentials', async (status, cause, message) => {
  expect(await check(status, {})).toEqual({ status: 'failed', cause, message: expect.stringContaining(message) });
});

test('a registry without a catalog says so to every caller', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 404, {}));

  await expect(collect(openTestClient(server.url).repositories(signal))).rejects.toMatchObject({
    code: 'registry-error',
    status: 404,
    message: expect.stringContaining('no catalog'),
  });
});

test('an address that is no registry says so', async () => {
  const server = await serveForTest(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  );

  expect(await checkConnection(openTestClient(server.url), signal)).toMatchObject({
    status: 'failed',
    cause: 'not-a-registry',
  });
});

test('a canceled check is not a failed one', async () => {
  const server = await serveForTest((_, response) => sendJson(response, 200, {}));

  await expect(checkConnection(openTestClient(server.url), AbortSignal.abort())).rejects.toMatchObject({
    code: 'canceled',
  });
});
