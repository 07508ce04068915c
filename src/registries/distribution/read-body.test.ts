import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { WireResponse } from './create-transport.ts';
import { readBody } from './read-body.ts';

const { signal } = new AbortController();
const text = 'a list of names, '.repeat(1_000);
const packed = gzipSync(text);

function answer(chunks: readonly Uint8Array[], change: Partial<WireResponse> = {}): WireResponse {
  return {
    url: new URL('https://registry.example.com/v2/_catalog'),
    method: 'GET',
    status: 200,
    header: (name) => (name === 'content-encoding' ? 'gzip' : undefined),
    body: Readable.from(chunks),
    ...change,
  };
}
const limits = (bytes: number, received?: (bytes: number) => void) => ({
  bytes,
  milliseconds: 10_000,
  ...(received ? { received } : {}),
});

test('a compressed body is unpacked, and what came over the wire is counted', async () => {
  const received: number[] = [];
  const body = await readBody(
    answer([packed.subarray(0, 50), packed.subarray(50)]),
    limits(1e6, (n) => received.push(n)),
    signal,
  );

  expect(Buffer.from(body).toString()).toBe(text);
  expect(received).toEqual([packed.byteLength]);
});

test('the limit holds for what is unpacked, and the rest is not read', async () => {
  const bomb = answer([gzipSync(Buffer.alloc(64 * 1024 ** 2))]);

  await expect(readBody(bomb, limits(100_000), signal)).rejects.toMatchObject({ code: 'limit-exceeded' });
  expect(bomb.body.destroyed).toBe(true);
});

test.each([
  ['is cut off', [packed.subarray(0, 60)]],
  ['is no gzip', [Buffer.from(text)]],
])('a body that %s is asked for again', async (_, chunks) => {
  await expect(readBody(answer(chunks), limits(1e6), signal)).rejects.toMatchObject({
    code: 'connection-failed',
    retryable: true,
  });
});

test.each([{ method: 'HEAD' }, { status: 304 }])('%o has no body, whatever it says of its encoding', async (change) => {
  expect(await readBody(answer([], change), limits(1e6), signal)).toHaveLength(0);
});
