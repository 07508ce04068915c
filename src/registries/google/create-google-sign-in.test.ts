import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createGoogleSignIn } from './create-google-sign-in.ts';

const { signal } = new AbortController();
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const key = { type: 'service_account', client_email: 'a@b.iam.gserviceaccount.com', project_id: 'b' };
const base = { type: 'google', url: 'https://gcr.io', insecure: false, speedLimit: 0 };
const ask = async () => expect.unreachable('nothing can be asked without a signature');

test.each([
  ['no JSON', 'wrong battery', 'is not the key'],
  ['the key of a person', JSON.stringify({ ...key, type: 'authorized_user', private_key: 'x' }), 'is not the key'],
  ['half a key', JSON.stringify({ ...key, private_key: '-----BEGIN PRIVATE KEY-----\nMIIE' }), 'cannot be read'],
  ['a key that is not RSA', JSON.stringify({ ...key, private_key: privateKey }), 'cannot be read'],
])('says what is wrong with %s, and repeats none of it', async (_, password, message) => {
  const signIn = createGoogleSignIn({ ...base, username: '_json_key', password }, 'https://api.example.com');
  const failure = Promise.resolve(signIn?.login?.({ now: 0, ask }, signal));
  await expect(failure).rejects.toMatchObject({
    code: 'authentication-failed',
    message: expect.stringContaining(message),
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('BEGIN') });
});

test('a key in base64 is a key', () => {
  const password = Buffer.from(JSON.stringify({ ...key, private_key: privateKey })).toString('base64');
  const settings = { ...base, username: '_json_key_base64', password };
  expect(createGoogleSignIn(settings, 'https://api.example.com')?.project).toBe('b');
});

test('an access token is used as it is; other accounts have no place in the API', async () => {
  const token = createGoogleSignIn({ ...base, username: 'oauth2accesstoken', password: 'ya29.x' }, 'https://a.example');
  expect(token?.login).toBeUndefined();
  const request = { method: 'GET', url: new URL('https://a.example'), headers: {} } as const;
  expect(await token?.access.sign(request, { now: 0, ask }, signal)).toEqual({ authorization: 'Bearer ya29.x' });
  expect(createGoogleSignIn({ ...base, username: 'somebody', password: 'x' }, 'https://a.example')).toBeUndefined();
});
