import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { sendRequest } from '../../test/support/send-request.ts';
import { createExportLinks } from '../api/export-links.ts';
import type { RawResponse } from '../api/protocol/dispatch.ts';
import type { RawRequest } from '../api/protocol/raw-request.ts';
import { createHttpServer } from './create-http-server.ts';
import { NotReady } from './not-ready.ts';

const answer: RawResponse = {
  body: '{"Response":{"é":1}}',
  headers: { 'x-tc-traceid': 't' },
  action: 'Do',
  code: 'ok',
};

async function serve(overrides: { readonly checkReady?: () => Promise<void> } = {}) {
  const seen: RawRequest[] = [];
  const server = createHttpServer({
    dispatch: async (request) => {
      seen.push(request);
      return answer;
    },
    checkReady: overrides.checkReady ?? (async () => {}),
    downloads: {
      exports: { get: async () => undefined, chunk: async () => undefined },
      formats: [],
      links: createExportLinks(randomBytes(32)),
      now: () => new Date(),
    },
    intake: {
      events: { receiver: async () => undefined, accept: async () => {}, refuse: async () => {} },
      senders: [],
    },
    metrics: new MetricsRegistry(),
    log: pino({ level: 'silent' }),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return { url, seen };
}
const post = { method: 'POST', path: '/', headers: { 'content-type': 'application/json' }, body: '{"a": 1}' };

test('an answer is sent as it is, with exactly this content type and its length in bytes', async () => {
  const { url } = await serve();

  const { status, headers, text } = await sendRequest(url, post);

  expect({ status, text }).toEqual({ status: 200, text: answer.body });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(answer.body)),
    'x-tc-traceid': 't',
  });
});

test('a request arrives byte by byte, with its query and its headers', async () => {
  const { url, seen } = await serve();
  const body = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);

  await sendRequest(url, { ...post, path: '/?b=2&a=%20+', headers: { ...post.headers, 'X-TC-Action': 'Do' }, body });

  expect(seen[0]).toMatchObject({ method: 'POST', url: '/?b=2&a=%20+', headers: { 'x-tc-action': 'Do' } });
  expect(seen[0]?.body).toEqual(body);
});

test.for(['application/json; ;=', 'not a type', 'application/'])(
  'the body of content type %j is there, or is said to be unreadable: never empty instead',
  async (type) => {
    const { url, seen } = await serve();

    await sendRequest(url, { ...post, headers: { 'content-type': type } });

    expect([Buffer.from(post.body), 'unreadable']).toContainEqual(seen[0]?.body);
  },
);

test('a body that is too large is said to be', async () => {
  const { url, seen } = await serve();

  await sendRequest(url, { ...post, body: Buffer.alloc(11 * 1024 * 1024) });

  expect(seen[0]?.body).toBe('too-large');
});

test('whether it can work is told, and the reason stays in the log; that it lives is told in any case', async () => {
  const good = await serve();
  const bad = await serve({
    checkReady: async () => {
      throw new Error('password=hunter2');
    },
  });
  const ask = ({ url }: { readonly url: string }) =>
    sendRequest(url, { method: 'GET', path: '/readyz', headers: {}, body: '' });

  expect(await ask(good)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  const down = await serve({
    checkReady: async () => {
      throw new NotReady('database', { cause: new Error('password=hunter2') });
    },
  });
  expect(await ask(down)).toMatchObject({ status: 503, text: '{"status":"unavailable","missing":"database"}' });
  expect(await ask(bad)).toMatchObject({ status: 503, text: '{"status":"unavailable"}' });
  const lives = await sendRequest(bad.url, { method: 'GET', path: '/healthz', headers: {}, body: '' });
  expect(lives).toMatchObject({ status: 200, text: '{"status":"ok"}' });
});

test('calls are counted by action and answer', async () => {
  const { url } = await serve();
  await sendRequest(url, post);

  const { text } = await sendRequest(url, { method: 'GET', path: '/metrics', headers: {}, body: '' });

  expect(text).toContain('plimsoll_api_calls_total{action="Do",code="ok"} 1');
  expect(text).toContain('plimsoll_api_call_seconds_count{action="Do"} 1');
});

test('what is nowhere is not found', async () => {
  const { url, seen } = await serve();

  expect(await sendRequest(url, { ...post, path: '/nowhere' })).toMatchObject({ status: 404 });
  expect(seen).toEqual([]);
});
