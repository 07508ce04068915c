import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { WireRequest } from './create-transport.ts';
import { fetchToken } from './fetch-token.ts';

const { signal } = new AbortController();

async function ask(registry: string, realm: string, allowPrivate: boolean, username = 'robot') {
  const sent: WireRequest[] = [];
  const send = async (request: WireRequest) => {
    sent.push(request);
    return {
      url: request.url,
      method: 'GET',
      status: 200,
      header: () => undefined,
      body: Readable.from([Buffer.from('{"token":"t"}')]),
    };
  };
  const context = { registry: new URL(registry), allowPrivate, answer: { bytes: 1_000, milliseconds: 1_000 }, send };
  await fetchToken({ realm, service: 's', scope: 'a b' }, { username, password: 'p' }, context, signal);
  return sent[0];
}

test.each([
  ['https://r.example.com', 'https://auth.example.com/t', false],
  ['http://r.example.com', 'http://r.example.com:81/t', false],
  ['http://r.example.com', 'http://auth.example.com/t', true],
  ['http://r.example.com', '/t', false],
])('the password for %s goes to %s', async (registry, realm, allowPrivate) => {
  const request = await ask(registry, realm, allowPrivate);

  expect(request?.headers).toMatchObject({ authorization: 'Basic cm9ib3Q6cA==' });
  expect(request?.url.search).toBe('?service=s&scope=a&scope=b');
});

test.each([
  ['https://r.example.com', 'http://r.example.com/t', true],
  ['https://r.example.com', 'http://auth.example.com/t', true],
  ['http://r.example.com', 'http://auth.example.com/t', false],
])('the password for %s does not go to %s', async (registry, realm, allowPrivate) => {
  await expect(ask(registry, realm, allowPrivate)).rejects.toMatchObject({ code: 'authentication-failed' });
  expect((await ask(registry, realm, allowPrivate, ''))?.headers).not.toHaveProperty('authorization');
});
