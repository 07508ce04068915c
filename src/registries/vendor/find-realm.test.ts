import { expect, onTestFinished, test } from 'vitest';
import { createTestSystem } from '../../../test/support/create-test-system.ts';
import { serveForTest } from '../../../test/support/open-test-client.ts';
import { selfSignedCertificate } from '../../../test/support/self-signed-certificate.ts';
import { sendJson } from '../../../test/support/start-scripted-server.ts';
import { openSession } from '../distribution/open-session.ts';
import { findRealm } from './find-realm.ts';

const { signal } = new AbortController();

async function realmOf(challenge: string | undefined, tls?: Parameters<typeof serveForTest>[1]) {
  const server = await serveForTest((_, response) => {
    sendJson(response, challenge === undefined ? 200 : 401, {}, challenge ? { 'www-authenticate': challenge } : {});
  }, tls);
  const settings = {
    type: 'x',
    url: server.url,
    username: 'somebody',
    password: 'a-secret',
    insecure: true,
    speedLimit: 0,
  };
  const session = openSession(settings, { allowPrivate: true }, { system: createTestSystem() });
  onTestFinished(() => session.close());
  return { realm: await findRealm(session, signal), server };
}

test('is what the challenge names, and costs no credentials', async () => {
  const { realm, server } = await realmOf('Bearer realm="https://gitlab.example.com/sub/jwt/auth",service="registry"');

  expect(realm?.href).toBe('https://gitlab.example.com/sub/jwt/auth');
  expect(server.requests.map(({ url, authorization }) => [url, authorization])).toEqual([['/v2/', undefined]]);
});

test.each([
  'Basic realm="registry"',
  'Bearer realm="not an address"',
  'Bearer realm="file:///etc/passwd"',
  '',
  undefined,
])('is nothing when the challenge is %s', async (challenge) => {
  expect((await realmOf(challenge)).realm).toBeUndefined();
});

test('in plain http is refused by a registry that is not', async (context) => {
  const pair = selfSignedCertificate();
  if (pair === undefined) return context.skip('openssl is missing');

  await expect(realmOf('Bearer realm="http://gitlab.example.com/jwt/auth"', pair)).rejects.toMatchObject({
    code: 'authentication-failed',
  });
});
