import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import { tagNames } from '../../../test/support/tag-names.ts';
import { basicAuthorization } from './fetch-token.ts';

const { signal } = new AbortController();
const settings = { username: 'robot', password: 'correct horse' };
const basic = basicAuthorization(settings);
const unauthorized = { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] };

describe('Basic', () => {
  const serve = () =>
    serveForTest((request, response) => {
      if (request.headers.authorization === basic) return void sendJson(response, 200, {});
      sendJson(response, 401, unauthorized, { 'www-authenticate': 'Basic realm="r"' });
    });

  test('credentials are sent only after the registry asked, and then at once', async () => {
    const server = await serve();
    const client = openTestClient(server.url, { settings });

    await client.ping(signal);
    await client.ping(signal);

    expect(server.requests.map(({ authorization }) => authorization)).toEqual([undefined, basic, basic]);
  });

  test('a wrong password is tried once and not repeated in the message', async () => {
    const server = await serve();
    const client = openTestClient(server.url, { settings: { ...settings, password: 'wrong battery' } });

    const error = await client.ping(signal).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'authentication-failed', status: 401, codes: [{ code: 'UNAUTHORIZED' }] });
    expect(String(error)).not.toContain('wrong battery');
    expect(server.requests).toHaveLength(2);
  });

  test('without a user name there is nothing to try', async () => {
    const server = await serve();

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({ code: 'authentication-failed' });
    expect(server.requests).toHaveLength(1);
  });

  test('an unknown scheme is named', async () => {
    const server = await serveForTest((_, response) => {
      sendJson(response, 401, {}, { 'www-authenticate': 'Negotiate' });
    });

    await expect(openTestClient(server.url, { settings }).ping(signal)).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringContaining('negotiate'),
    });
  });

  test('a secret that the registry echoes is blotted out', async () => {
    const server = await serveForTest((request, response) => {
      sendJson(response, 403, {
        errors: [{ code: 'DENIED', message: `${settings.password} ${request.headers.authorization}\u001b[31m` }],
      });
    });

    const error = await openTestClient(server.url, { settings })
      .ping(signal)
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'permission-denied', message: expect.stringContaining('*** undefined [31m') });
  });
});

describe('Bearer', () => {
  /** A registry whose tokens die after `lifetime` seconds of the client's clock, and all at once when `revoke` is called. */
  async function serveTokens(options: { field?: string; expiresIn?: number | undefined; realm?: string } = {}) {
    let generation = 0;
    const server = await serveForTest((request, response) => {
      const url = new URL(request.url ?? '', 'http://r');
      if (url.pathname === '/token') return void sendToken(url, request, response);
      const scope = url.pathname.includes('/tags/') ? `repository:${url.pathname.split('/')[2]}:pull` : '';
      if (request.headers.authorization === `Bearer tok-${generation}-${scope}`)
        return void sendJson(response, 200, { tags: ['a'] });
      const realm = options.realm ?? `${server.url}/token?fixed=1`;
      const header = `Bearer realm="${realm}",service="reg",scope="${scope}"`;
      sendJson(response, 401, unauthorized, { 'www-authenticate': header });
    });
    function sendToken(url: URL, request: IncomingMessage, response: ServerResponse) {
      const { authorization } = request.headers;
      if (authorization !== undefined && authorization !== basic)
        return sendJson(response, 401, { details: 'incorrect username or password' });
      const expiry = options.expiresIn === undefined ? {} : { expires_in: options.expiresIn };
      return sendJson(response, 200, {
        [options.field ?? 'token']: `tok-${generation}-${url.searchParams.get('scope') ?? ''}`,
        ...expiry,
      });
    }
    const tokenRequests = () => server.requests.filter(({ url }) => url.startsWith('/token'));
    const revoke = () => {
      generation += 1;
    };
    return { server, tokenRequests, revoke };
  }

  test('one token per scope, kept while it lives', async () => {
    const { server, tokenRequests } = await serveTokens();
    const client = openTestClient(server.url, { settings });

    await client.ping(signal);
    for (const repository of ['a', 'b', 'a', 'b']) expect(await tagNames(client, repository, signal)).toEqual(['a']);

    expect(tokenRequests().map(({ url }) => url)).toEqual([
      '/token?fixed=1&service=reg',
      '/token?fixed=1&service=reg&scope=repository%3Aa%3Apull',
      '/token?fixed=1&service=reg&scope=repository%3Ab%3Apull',
    ]);
    expect(tokenRequests().every(({ authorization }) => authorization === basic)).toBe(true);
    expect(
      server.requests.filter(({ url, authorization }) => url.startsWith('/v2/') && authorization === undefined),
    ).toHaveLength(1);
  });

  test('requests that start together share one token', async () => {
    const { server, tokenRequests } = await serveTokens();
    const client = openTestClient(server.url, { settings });

    await Promise.all(Array.from({ length: 10 }, () => client.ping(signal)));

    expect(tokenRequests()).toHaveLength(1);
  });

  test.each([
    [undefined, 53_000, 55_000],
    [300, 269_000, 271_000],
    [5, 4_000, 4_600],
  ])('a token with expires_in %s is renewed before it dies', async (expiresIn, alive, dying) => {
    const { server, tokenRequests } = await serveTokens({ expiresIn });
    const client = openTestClient(server.url, { settings });

    await client.ping(signal);
    client.system.advance(alive);
    await client.ping(signal);
    expect(tokenRequests()).toHaveLength(1);
    client.system.advance(dying - alive);
    await client.ping(signal);

    expect(tokenRequests()).toHaveLength(2);
    expect(
      server.requests.filter(({ url, authorization }) => url === '/v2/' && authorization === undefined),
    ).toHaveLength(1);
  });

  test('a token that the registry forgets in the middle of a job is replaced once', async () => {
    const { server, tokenRequests, revoke } = await serveTokens();
    const client = openTestClient(server.url, { settings });

    await client.ping(signal);
    revoke();
    await client.ping(signal);

    expect(tokenRequests()).toHaveLength(2);
  });

  test('access_token will do, and nobody in particular may ask', async () => {
    const { server, tokenRequests } = await serveTokens({ field: 'access_token' });

    await openTestClient(server.url).ping(signal);

    expect(tokenRequests().map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('a refusal of the token server is a failed sign-in', async () => {
    const { server } = await serveTokens();
    const client = openTestClient(server.url, { settings: { ...settings, password: 'nope' } });

    await expect(client.ping(signal)).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringContaining('incorrect username or password'),
    });
  });

  test('an answer without a token says so', async () => {
    const { server } = await serveTokens({ field: 'cookie' });

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({
      code: 'registry-error',
      message: expect.stringContaining('token'),
    });
  });

  test('a token that is refused again is a refusal, not a loop', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token')) return void sendJson(response, 200, { token: 'x' });
      const header = `Bearer realm="/token",service="s",error="insufficient_scope"`;
      sendJson(response, 401, unauthorized, { 'www-authenticate': header });
    });

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({ code: 'authentication-failed' });
    await expect(openTestClient(server.url, { settings }).ping(signal)).rejects.toMatchObject({
      code: 'permission-denied',
    });
    expect(server.requests).toHaveLength(6);
  });

  test('several scopes of one challenge are asked for one by one', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token')) return void sendJson(response, 200, { token: 'x', access_token: 'y' });
      if (request.headers.authorization === 'Bearer x') return void sendJson(response, 200, {});
      const header = 'Bearer realm="/token",service="s",scope="repository:a:pull repository:b:pull"';
      sendJson(response, 401, unauthorized, { 'www-authenticate': header });
    });

    await openTestClient(server.url).ping(signal);

    expect(server.requests[1]?.url).toBe('/token?service=s&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull');
  });

  test('a realm that leads elsewhere does not take the password along', async () => {
    const elsewhere = await serveForTest((_, response) => sendJson(response, 200, { token: 'stolen' }));
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token'))
        return void response.writeHead(307, { location: `${elsewhere.url}/token` }).end();
      if (request.headers.authorization === 'Bearer stolen') return void sendJson(response, 200, {});
      sendJson(response, 401, unauthorized, { 'www-authenticate': 'Bearer realm="/token",service="s"' });
    });

    await openTestClient(server.url, { settings }).ping(signal);

    expect(server.requests[1]?.authorization).toBe(basic);
    expect(elsewhere.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each([
    ['a huge answer', `{"token":"${'x'.repeat(300_000)}"}`, 'limit-exceeded'],
    ['a token with a line break', '{"token":"a\\r\\nX-Evil: 1"}', 'registry-error'],
    ['a page', '<html>sign in</html>', 'not-a-registry'],
    ['very many values', `[${'0,'.repeat(50_000)}0]`, 'limit-exceeded'],
  ])('%s of the token server is refused', async (_, answer, code) => {
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token')) return void response.writeHead(200).end(answer);
      sendJson(response, 401, unauthorized, { 'www-authenticate': 'Bearer realm="/token",service="s"' });
    });

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({ code, retryable: false });
    expect(server.requests).toHaveLength(2);
  });

  test('a token server that is not where the registry says is no proof against the registry', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token')) return void sendJson(response, 404, {});
      sendJson(response, 401, unauthorized, { 'www-authenticate': 'Bearer realm="/token",service="s"' });
    });

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({
      code: 'authentication-failed',
      message: expect.stringContaining('/token'),
    });
  });

  test('a token that the registry echoes is blotted out', async () => {
    const server = await serveForTest((request, response) => {
      if (request.url?.startsWith('/token')) return void sendJson(response, 200, { token: 'hand-it-over' });
      const { authorization } = request.headers;
      const body = { errors: [{ code: 'DENIED', message: `you sent ${authorization}` }] };
      if (authorization !== undefined) return void sendJson(response, 403, body);
      sendJson(response, 401, unauthorized, { 'www-authenticate': 'Bearer realm="/token",service="s"' });
    });

    await expect(openTestClient(server.url).ping(signal)).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('you sent Bearer ***'),
    });
  });

  test('a token that dies in the middle of a listing is replaced, and the listing goes on', async () => {
    let alive = 'one';
    const server = await serveForTest((request, response) => {
      const url = new URL(request.url ?? '', 'http://r');
      if (url.pathname === '/token') return void sendJson(response, 200, { token: alive });
      if (request.headers.authorization !== `Bearer ${alive}`)
        return void sendJson(response, 401, unauthorized, { 'www-authenticate': 'Bearer realm="/token",service="s"' });
      if (url.searchParams.get('last') === 'b') return void sendJson(response, 200, { repositories: ['c'] });
      alive = 'two';
      sendJson(response, 200, { repositories: ['a', 'b'] }, { link: '</v2/_catalog?last=b>; rel="next"' });
    });

    expect(await collect(openTestClient(server.url).repositories(signal))).toEqual(['a', 'b', 'c']);
    expect(server.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(2);
  });

  test('a plain http realm elsewhere is asked where private networks are trusted', async () => {
    const { server } = await serveTokens({ realm: 'http://tokens.example.com/t' });
    const resolved: string[] = [];
    const system = createTestSystem(async (host) => {
      resolved.push(host);
      return [];
    });
    const password = openTestClient(server.url, { settings, system });

    await expect(password.ping(signal)).rejects.toMatchObject({ code: 'connection-failed', networkCode: 'ENOTFOUND' });
    expect(resolved).toEqual(['tokens.example.com']);
  });

  test.each([['file:///etc/passwd'], ['http://169.254.169.254/token'], ['http://[::ffff:169.254.169.254]/token']])(
    'a realm of %s is not asked',
    async (realm) => {
      const { server } = await serveTokens({ realm });

      const error = await openTestClient(server.url)
        .ping(signal)
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({
        code: realm.startsWith('file') ? 'registry-error' : 'address-forbidden',
        retryable: false,
      });
    },
  );
});
