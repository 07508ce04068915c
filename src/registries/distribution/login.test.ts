import { expect, onTestFinished, test } from 'vitest';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { serveForTest } from '../../../test/support/open-test-client.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import type { Login } from './create-credential-source.ts';
import { DistributionError } from './distribution-error.ts';
import { basicAuthorization } from './fetch-token.ts';
import { openSession } from './open-session.ts';

const { signal } = new AbortController();
const HOUR = 3_600_000;

function open(url: string, login: Login) {
  const system = createTestSystem();
  const settings = {
    type: 'docker',
    url,
    username: 'key',
    password: 'secret of the key',
    insecure: false,
    speedLimit: 0,
  };
  const session = openSession(settings, { allowPrivate: true }, { system, login });
  onTestFinished(() => session.close());
  const read = () => session.read({ method: 'GET', url: session.url('v2/'), scope: '' }, 1_000, signal);
  return { system, session, read };
}

/** Passwords `password-1`, `password-2` … of an hour each; how many were handed out. */
function countingLogin() {
  const state = { issued: 0 };
  const login: Login = async ({ now }) => {
    state.issued += 1;
    return { value: { username: 'user', password: `password-${state.issued}` }, expiresAt: now + HOUR };
  };
  return { state, login };
}

const basicOf = (password: string) => basicAuthorization({ username: 'user', password });
const challenge = { 'www-authenticate': 'Basic realm="r"' };

test('a password that expires is obtained once for all, and again before it is refused', async () => {
  const { state, login } = countingLogin();
  const server = await serveForTest((request, response) => {
    const known = request.headers.authorization === basicOf(`password-${state.issued}`);
    sendJson(response, known ? 200 : 401, {}, known ? {} : challenge);
  });
  const { system, read } = open(server.url, login);

  await Promise.all([read(), read(), read()]);
  expect(state.issued).toBe(1);
  system.advance(HOUR - 30_000);
  const before = server.requests.length;
  await read();

  expect(state.issued).toBe(2);
  expect(server.requests).toHaveLength(before + 1);
});

test('one that is refused before its time is obtained again, but not for every refusal', async () => {
  const { state, login } = countingLogin();
  let valid = 'password-1';
  const server = await serveForTest((request, response) => {
    const known = request.headers.authorization === basicOf(valid);
    sendJson(response, known ? 200 : 401, {}, known ? {} : challenge);
  });
  const { system, read } = open(server.url, login);
  await read();

  valid = 'password-2';
  system.advance(120_000);
  await read();
  expect(state.issued).toBe(2);
  valid = 'another';
  for (let i = 0; i < 3; i += 1) await expect(read()).rejects.toMatchObject({ code: 'authentication-failed' });

  expect(state.issued).toBe(2);
});

test('a token server gets the renewed password when it refuses the old one', async () => {
  const { state, login } = countingLogin();
  let valid = 'password-1';
  const server = await serveForTest((request, response) => {
    const { authorization, host } = request.headers;
    if (request.url?.startsWith('/token'))
      return sendJson(response, authorization === basicOf(valid) ? 200 : 401, { token: `for-${valid}` });
    if (authorization === `Bearer for-${valid}`) return sendJson(response, 200, {});
    sendJson(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` });
  });
  const { system, read } = open(server.url, login);
  await read();

  valid = 'password-2';
  system.advance(120_000);
  await read();

  expect(state.issued).toBe(2);
});

test('an identity token is posted to the token server, and appears in no message', async () => {
  const identityToken = 'identity-token-of-ours';
  const forms: string[] = [];
  const server = await serveForTest((request, response) => {
    const { authorization, host } = request.headers;
    if (authorization) return sendJson(response, 400, { message: `no ${identityToken}, no ${authorization}` });
    if (request.url !== '/token')
      return sendJson(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` });
    request.on('data', (chunk) => forms.push(String(chunk)));
    request.on('end', () => sendJson(response, 200, { access_token: 'an-access-token' }));
  });
  const value = { username: 'user', password: '', identityToken };
  const { session } = open(server.url, async ({ now }) => ({ value, expiresAt: now + HOUR }));

  const asked = { method: 'GET', url: session.url('v2/a/tags/list'), scope: 'repository:a:pull' } as const;
  const error = await session.read(asked, 1_000, signal).catch((thrown: unknown) => thrown);

  expect(Object.fromEntries(new URLSearchParams(forms[0]))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'plimsoll',
    service: 's',
    scope: 'repository:a:pull',
    refresh_token: identityToken,
  });
  expect(error).toMatchObject({ code: 'registry-error', message: expect.stringContaining('***') });
  expect(String(error)).not.toMatch(/identity-token-of-ours|an-access-token/);
});

test('an answer that is an error in disguise is asked for again when that may help', async () => {
  let answers = 0;
  const server = await serveForTest((_, response) => sendJson(response, 200, { busy: ++answers < 3 }));
  const { session, system } = open(server.url, countingLogin().login);
  const url = session.url('api');
  const check = ({ body }: { readonly body: Uint8Array }) => {
    if (!Buffer.from(body).toString().includes('true')) return;
    throw new DistributionError('rate-limited', 'busy', { method: 'GET', url: url.href, retryable: true });
  };

  await session.read({ method: 'GET', url, scope: '', check }, 1_000, signal);

  expect(answers).toBe(3);
  expect(system.waits).toEqual([1_000, 2_000]);
});
