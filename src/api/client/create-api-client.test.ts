import { describe, expect, onTestFinished, test } from 'vitest';
import { type Handler, sendJson, startScriptedServer } from '../../../test/support/start-scripted-server.ts';
import { parseAuthorization } from '../protocol/parse-authorization.ts';
import { createApiClient } from './create-api-client.ts';

const key = { secretId: 'AKID', secretKey: 'secret' };

async function serve(handle: Handler) {
  const server = await startScriptedServer(handle);
  onTestFinished(() => server.stop());
  return {
    server,
    client: createApiClient({ endpoint: server.url, ...key, now: () => new Date('2026-11-25T00:00:00Z') }),
  };
}

describe('a call', () => {
  test('is a signed POST to the root, and gives back the Response', async () => {
    const { server, client } = await serve((_, response) =>
      sendJson(response, 200, { Response: { RequestId: 'r', A: 1 } }),
    );

    const answer = await client.call('DescribeThings', { Limit: 1 });

    expect(answer).toEqual({ RequestId: 'r', A: 1 });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-tc-action': 'DescribeThings',
      'x-tc-version': '2020-11-01',
      'x-tc-timestamp': '1795564800',
    });
    expect(parseAuthorization(request?.authorization ?? '')).toMatchObject({ secretId: 'AKID', date: '2026-11-25' });
  });

  test('that is refused throws the code, the message and the id of the request', async () => {
    const Response = { Error: { Code: 'ResourceNotFound', Message: 'not there' }, RequestId: 'r1' };
    const { client } = await serve((_, response) => sendJson(response, 200, { Response }));

    await expect(client.call('DescribeThings', {})).rejects.toMatchObject({
      name: 'ApiCallError',
      code: 'ResourceNotFound',
      message: 'not there',
      requestId: 'r1',
    });
  });

  const strangers: readonly (readonly [string, Handler])[] = [
    ['HTML', (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['other JSON', (_, response) => sendJson(response, 404, { status: 'not found' })],
    ['a Response without an id', (_, response) => sendJson(response, 200, { Response: {} })],
    ['nothing', (_, response) => response.writeHead(204).end()],
  ];
  test.for(strangers)('that is answered with %s says where, and that it is no Plimsoll', async ([, handle]) => {
    const { server, client } = await serve(handle);

    await expect(client.call('DescribeThings', {})).rejects.toThrow(
      new RegExp(`^${server.url} does not answer as Plimsoll \\(HTTP \\d+\\): check the endpoint$`),
    );
  });

  test('ends when it is cancelled', async () => {
    const cancel = new AbortController();
    // Cancelled once the server has the request, which it never answers.
    const { client } = await serve(() => cancel.abort());

    await expect(client.call('DescribeThings', {}, cancel.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
