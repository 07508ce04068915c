import { describe, expect, test } from 'vitest';
import { digestOf } from '../../test/support/create-test-image.ts';
import { openTestClient, serveForTest } from '../../test/support/open-test-client.ts';
import { readSmallBlob } from './read-small-blob.ts';

const { signal } = new AbortController();
const body = Buffer.from('{"os":"linux"}');
const digest = digestOf(body);

/** Serves the blob, and cuts the first answers short. */
async function serve(cuts: number, bytes = body) {
  const server = await serveForTest((_, response) => {
    response.writeHead(200, { 'content-length': bytes.byteLength });
    if (server.requests.length > cuts) response.end(bytes);
    else response.write(bytes.subarray(0, 5), () => response.destroy());
  });
  return server;
}
const read = (url: string, maxBytes = 1_000) => readSmallBlob(openTestClient(url), 'app', digest, maxBytes, signal);

test('a blob is read whole', async () => {
  expect(await read((await serve(0)).url)).toEqual(body);
});

test('a blob that breaks off is asked for again by the client', async () => {
  const server = await serve(2);

  expect(await read(server.url)).toEqual(body);
  expect(server.requests).toHaveLength(3);
});

describe('an error is told', () => {
  test('when the blob breaks off every time', async () => {
    const server = await serve(99);

    await expect(read(server.url)).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(server.requests).toHaveLength(4);
  });

  test('when it is larger than allowed, without reading it to its end', async () => {
    await expect(read((await serve(0)).url, 5)).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  test('when it trickles in without end', async () => {
    const server = await serveForTest((_, response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(trickle));
    });
    const client = openTestClient(server.url);

    await expect(readSmallBlob(client, 'app', digest, 1_000_000, signal, 100)).rejects.toMatchObject({
      code: 'connection-failed',
      message: expect.stringContaining('too slow'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('when the bytes are others', async () => {
    const server = await serve(0, Buffer.from('{"os":"lin_x"}'));

    await expect(read(server.url)).rejects.toMatchObject({ code: 'blob-corrupt' });
    expect(server.requests).toHaveLength(1);
  });
});
