import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layer } from '../../../demo/build-layer.ts';
import { digestOf } from '../../../test/support/create-test-image.ts';
import { openTestClient, serveForTest } from '../../../test/support/open-test-client.ts';
import { pushBlob } from '../../../test/support/push-image.ts';
import {
  type DockerRegistry,
  hasDockerRegistry,
  startDockerRegistry,
} from '../../../test/support/start-docker-registry.ts';
import { type FaultyProxy, startFaultyProxy } from '../../../test/support/start-faulty-proxy.ts';
import { defaultLayerLimits } from '../../layers/layer-entry.ts';
import { walkLayer } from '../../layers/walk-layer.ts';

const { signal } = new AbortController();
const built = layer().file('data.bin', randomBytes(4_000_000)).file('last', 'x').gzip();
const body = Buffer.from(built.bytes);
const { digest } = built;
/** Of headers; a reset also takes what was under way. */
const overhead = { truncate: 1.1, reset: 2 } as const;

describe.skipIf(!hasDockerRegistry())('a blob of the real docker-registry', () => {
  let registry: DockerRegistry;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    registry = await startDockerRegistry();
    await pushBlob({ url: registry.url }, 'app', { digest, mediaType: 'application/octet-stream', body });
    proxy = await startFaultyProxy(Number(new URL(registry.url).port));
  });
  afterAll(async () => {
    await proxy?.stop();
    await registry?.stop();
  });

  test.each(['reset', 'truncate'] as const)('goes on where every connection broke off: %s', async (kind) => {
    proxy.set({ kind, bytes: 700_000 });
    const before = proxy.answered();

    const { stream, size } = await openTestClient(`http://127.0.0.1:${proxy.port}`).blob('app', digest, signal);

    expect(size).toBe(body.byteLength);
    expect(digestOf(await buffer(stream))).toBe(digest);
    expect(proxy.answered() - before).toBeLessThan(body.byteLength * overhead[kind]);
  });

  test('is walked on, its digest checked over all of it', async () => {
    proxy.set({ kind: 'reset', bytes: 1_500_000 });
    const { stream } = await openTestClient(`http://127.0.0.1:${proxy.port}`).blob('app', digest, signal);
    const totals = await walkLayer(stream, digest, { limits: defaultLayerLimits, visit: () => {} }, signal);

    expect(totals).toMatchObject({ entries: 2, compressedBytes: body.byteLength });
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse, from: number) => void;
const HALF = Math.floor(body.byteLength / 2);
const range = (from: number, total: number | string = body.byteLength) => ({
  'content-range': `bytes ${from}-${body.byteLength - 1}/${total}`,
});
const whole: Answer = (_, response) => void response.writeHead(200, { 'content-length': body.byteLength }).end(body);

/** A server that breaks off in the middle, and then answers as it is told. */
const breakOnce = (answer: Answer, headers: Record<string, string> = {}) => {
  let broken = false;
  return serveForTest((request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (broken) return void answer(request, response, from);
    broken = true;
    response.writeHead(200, { 'content-length': body.byteLength, ...headers });
    response.write(body.subarray(0, HALF), () => setTimeout(() => response.destroy(), 20));
  });
};

describe('after it broke off in the middle', () => {
  const rest: Answer = (_, response, from) => {
    const answered = body.subarray(from);
    response.writeHead(206, { 'content-length': answered.byteLength, ...range(from), etag: '"a"' }).end(answered);
  };
  test.each<[string, Answer, Record<string, string>, number]>([
    ['the rest', rest, { etag: '"a"' }, 2],
    [
      'the rest, of an unknown whole',
      (_, response, from) => void response.writeHead(206, range(from, '*')).end(body.subarray(from)),
      {},
      2,
    ],
    ['the whole', whole, {}, 2],
    [
      'another part',
      (request, response, from) =>
        request.headers.range ? void response.writeHead(206, range(from - 1)).end('x') : whole(request, response, from),
      {},
      3,
    ],
    [
      'a part without its place',
      (request, response, from) =>
        request.headers.range ? void response.writeHead(206).end('x') : whole(request, response, from),
      {},
      3,
    ],
    [
      'a part of something else',
      (request, response, from) =>
        request.headers.range
          ? void response.writeHead(206, { ...range(from), etag: '"b"' }).end('x')
          : whole(request, response, from),
      { etag: '"a"' },
      3,
    ],
    [
      'a refusal of parts',
      (request, response, from) =>
        request.headers.range ? void response.writeHead(416).end() : whole(request, response, from),
      {},
      3,
    ],
  ])('%s completes it', async (_, answer, headers, requests) => {
    const server = await breakOnce(answer, headers);

    const { stream } = await openTestClient(server.url).blob('app', digest, signal);

    expect(digestOf(await buffer(stream))).toBe(digest);
    expect(server.requests).toHaveLength(requests);
    expect(server.requests[1]?.headers['if-range']).toBe(headers.etag);
  });

  test('another length is something else', async () => {
    const server = await breakOnce((_, response) => void response.writeHead(200, { 'content-length': 5 }).end('other'));

    const { stream } = await openTestClient(server.url).blob('app', digest, signal);

    await expect(buffer(stream)).rejects.toMatchObject({ code: 'registry-error', retryable: true });
  });

  test('a weak ETag is no condition', async () => {
    const server = await breakOnce(rest, { etag: 'W/"a"' });

    const { stream } = await openTestClient(server.url).blob('app', digest, signal);

    expect(digestOf(await buffer(stream))).toBe(digest);
    expect(server.requests[1]?.headers['if-range']).toBeUndefined();
  });
});

test('connections that bring nothing end it after a few', async () => {
  const server = await serveForTest((_, response) => {
    response.writeHead(200, { 'content-length': body.byteLength });
    response.write(body.subarray(0, 1_000), () => response.destroy());
  });
  const client = openTestClient(server.url);

  const { stream } = await client.blob('app', digest, signal);

  await expect(buffer(stream)).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
  expect(server.requests).toHaveLength(4);
  expect(client.system.waits).toEqual([2_000, 4_000]);
});

test('a reader that goes away ends the asking', async () => {
  const server = await serveForTest((_, response) => {
    response.writeHead(200, { 'content-length': body.byteLength });
    response.write(body.subarray(0, 1_000));
  });
  const { stream } = await openTestClient(server.url).blob('app', digest, signal);

  stream.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));

  expect(server.requests).toHaveLength(1);
});
