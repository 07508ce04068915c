import { expect, onTestFinished, test } from 'vitest';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import type { ApiAccess } from './api-access.ts';
import { openSession, type SessionDeps } from './open-session.ts';

const { signal } = new AbortController();
const settings = {
  type: 'docker',
  url: 'http://127.0.0.1:1',
  username: 'robot',
  password: 'correct horse',
  insecure: false,
  speedLimit: 0,
};

function open(url = settings.url, deps: SessionDeps = {}) {
  const session = openSession({ ...settings, url }, { allowPrivate: true }, { system: createTestSystem(), ...deps });
  onTestFinished(() => session.close());
  return session;
}

/** Sends a token that it fetches once, and anew when it is refused. */
function withToken(origin: string): ApiAccess {
  let token: string | undefined;
  return {
    origin,
    async sign(_request, { refused, ask }) {
      if (token !== undefined && refused?.authorization !== `Bearer ${token}`)
        return { authorization: `Bearer ${token}` };
      const url = new URL('/token', origin);
      const answer = await ask({ method: 'POST', url, headers: {}, body: '{"secret":"correct horse"}' }, signal);
      token = Buffer.from(answer.body).toString('utf8');
      return { authorization: `Bearer ${token}` };
    },
  };
}

test('an API on another origin is asked with what the type gives, by POST, and again when the token is refused', async () => {
  let issued = 0;
  const bodies: string[] = [];
  const api = await serveForTest((request, response) => {
    if (request.url === '/token') return void response.end(`token-${++issued}`);
    if (request.headers.authorization !== `Bearer token-${Math.max(2, issued)}`) return sendJson(response, 401, {});
    request.on('data', (chunk) => bodies.push(String(chunk)));
    request.on('end', () => sendJson(response, 200, { ok: true }));
  });
  const session = open();

  const asked = { method: 'POST', url: new URL('/list', api.url), scope: '', body: '{"page":1}' } as const;
  const answer = await session.read({ ...asked, access: withToken(api.url) }, 1_000, signal);

  expect(Buffer.from(answer.body).toString()).toBe('{"ok":true}');
  expect(bodies).toEqual(['{"page":1}']);
  expect(api.requests.map(({ url }) => url)).toEqual(['/token', '/list', '/token', '/list']);
});

test('what is signed leaves the origin it was signed for neither by its address nor by a redirect', async () => {
  const other = await serveForTest((_, response) => sendJson(response, 200, {}));
  const api = await serveForTest((_, response) => response.writeHead(307, { location: `${other.url}/x` }).end());
  const session = open();
  const access: ApiAccess = { origin: api.url, sign: async () => ({ 'private-token': 'a-secret-token' }) };

  for (const home of [api.url, other.url]) {
    const asked = { method: 'GET', url: new URL('/list', home), scope: '', access } as const;
    await expect(session.read(asked, 1_000, signal)).rejects.toMatchObject({ code: 'registry-error' });
  }

  expect(other.requests).toEqual([]);
});

test('the same address policy holds, and every request counts in the budget of the registry', async () => {
  const access: ApiAccess = { origin: 'http://169.254.169.254', sign: async () => ({}) };
  const taken: string[] = [];
  const budget = {
    take: async (kind: string) => void taken.push(kind),
    told: () => expect.unreachable(),
    closed: () => expect.unreachable(),
    received: () => {},
    blobOpened: () => () => {},
    close: async () => {},
  };
  const session = open(settings.url, { budget });

  const asked = { method: 'GET', url: new URL('/latest', access.origin), scope: '', access } as const;
  await expect(session.read(asked, 1_000, signal)).rejects.toMatchObject({ code: 'address-forbidden' });
  expect(taken).toEqual(['list']);
});

test('403 to who has used up what an hour allows is a limit, and not a lack of rights', async () => {
  const reset = createTestSystem().now() / 1_000 + 30;
  const api = await serveForTest((_, response) => {
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    if (api.requests.length > 1) sendJson(response, 200, {});
    else sendJson(response, 403, { message: 'API rate limit exceeded' }, spent);
  });
  const system = createTestSystem();
  const session = open(settings.url, { system });
  const asked = { method: 'GET', url: new URL('/list', api.url), scope: '' } as const;

  await session.read({ ...asked, access: { origin: api.url, sign: async () => ({}) } }, 1_000, signal);

  expect(system.waits).toEqual([30_000]);
});

test('a token that the API echoes appears in no message', async () => {
  const api = await serveForTest((request, response) =>
    sendJson(response, 400, { message: `bad ${request.headers.authorization} ${request.headers['private-token']}` }),
  );
  const session = open();
  const sent = { authorization: 'Bearer token-of-ours', 'private-token': 'another-token' };
  const asked = { method: 'GET', url: new URL('/list', api.url), scope: '' } as const;

  await expect(
    session.read({ ...asked, access: { origin: api.url, sign: async () => sent } }, 1_000, signal),
  ).rejects.toMatchObject({ message: expect.not.stringMatching(/token-of-ours|another-token/) });
});

test('a warning of a type is told beside those of the registry, without the password', () => {
  const session = open();

  session.warn('Listed without correct horse');

  expect(session.warnings()).toEqual(['Listed without ***']);
});
