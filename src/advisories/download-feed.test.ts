import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Handler, type ScriptedServer, startScriptedServer } from '../../test/support/start-scripted-server.ts';
import type { Feed } from './advisory-source.ts';
import { downloadFeed } from './download-feed.ts';
import type { KeptFeed } from './feed-list.ts';

const folder = mkdtempSync(join(tmpdir(), 'download-feed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const to = join(folder, 'download.part');
const { signal: never } = new AbortController();

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const content = Buffer.alloc(200_000, 'advisories ');
const sha256 = createHash('sha256').update(content).digest('hex');
const whole = { sha256, bytes: content.byteLength };

const feedAt = (url: string, more: Partial<Feed> = {}): Feed => ({
  name: 'osv/Debian',
  url,
  maxBytes: 1_000_000,
  optional: false,
  ...more,
});
const keptFrom = (url: string, more: Partial<KeptFeed> = {}): KeptFeed => ({
  url,
  sha256,
  bytes: 1,
  etag: '"one"',
  lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT',
  downloadedAt: '2026-01-01T00:00:00Z',
  checkedAt: '2026-01-01T00:00:00Z',
  ...more,
});

type Answer = (response: ServerResponse, request: Parameters<Handler>[0]) => void;

/** A server that gives these answers in turn, the last one for ever. */
async function serve(...answers: readonly Answer[]): Promise<string> {
  let at = 0;
  server = await startScriptedServer((request, response) => {
    answers[Math.min(at++, answers.length - 1)]?.(response, request);
  });
  return `${server.url}/Debian/all.zip`;
}

const ok =
  (headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(200, { 'content-length': content.byteLength, ...headers }).end(content);
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('no');
/** The answer that hangs up as soon as so many bytes of it have been taken. */
let cutting: { readonly bytes: number; readonly response: ServerResponse } | undefined;
/** Promises everything, sends a part, and hangs up when that has arrived. */
const cut =
  (bytes: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': content.byteLength, ...headers });
    response.write(content.subarray(0, bytes));
    cutting = { bytes, response };
  };
/** The rest of the content, as asked for. */
const rest: Answer = (response, { headers }) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1]);
  const part = content.subarray(start);
  const range = `bytes ${start}-${content.byteLength - 1}/${content.byteLength}`;
  response.writeHead(206, { 'content-length': part.byteLength, 'content-range': range }).end(part);
};

function download(feed: Feed, kept?: KeptFeed, onBytes: (bytes: number, total: number | undefined) => void = () => {}) {
  const taken = (bytes: number, total: number | undefined) => {
    onBytes(bytes, total);
    if (cutting && bytes >= cutting.bytes) cutting.response.destroy();
  };
  cutting = undefined;
  return downloadFeed(feed, kept, to, { fetch, retryDelayMs: 0, onBytes: taken }, never);
}

const asked = () => server?.requests.map(({ headers }) => headers) ?? [];

test('a feed comes with its hash and what to ask for next time', async () => {
  const url = await serve(ok({ etag: '"one"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }));
  const seen: (number | undefined)[] = [];

  const result = await download(feedAt(url), undefined, (bytes, total) => seen.push(bytes, total));

  expect(result).toEqual({ ...whole, etag: '"one"', lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT' });
  expect(readFileSync(to)).toEqual(content);
  expect(seen.slice(-2)).toEqual([content.byteLength, content.byteLength]);
  expect(asked()).toEqual([expect.not.objectContaining({ 'if-none-match': expect.anything() })]);
});

test('what we have is asked for by its tag and time, and stays', async () => {
  const url = await serve(status(304));

  expect(await download(feedAt(url), keptFrom(url))).toBe('unchanged');
  expect(asked()).toMatchObject([
    { 'if-none-match': '"one"', 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT', 'accept-encoding': 'identity' },
  ]);
});

test('what came from another address says nothing about this one', async () => {
  const url = await serve(ok());

  expect(await download(feedAt(url), keptFrom('http://elsewhere/all.zip'))).toEqual(whole);
  expect(asked()[0]).not.toHaveProperty('if-none-match');
});

test('a user and password go where they belong and nowhere else', async () => {
  const url = (await serve(ok(), status(403))).replace('http://', 'http://me:s%2Fcret@');

  await download(feedAt(url));
  const failure = await download(feedAt(`${url}?token=s%2Fcret`)).catch((error: unknown) => error);

  expect(server?.requests[0]?.authorization).toBe(`Basic ${Buffer.from('me:s/cret').toString('base64')}`);
  expect(failure).toMatchObject({ code: 'permission-denied' });
  expect(String(failure)).not.toMatch(/cret|me:/);
});

describe('a body that is cut', () => {
  test('is resumed where it ended', async () => {
    const url = await serve(cut(150_000, { etag: '"one"' }), rest);

    expect(await download(feedAt(url))).toMatchObject(whole);
    expect(readFileSync(to)).toEqual(content);
    expect(asked()[1]).toMatchObject({ 'if-range': '"one"', range: expect.stringMatching(/^bytes=\d+-$/) });
  });

  test('is begun anew when it cannot be told from a newer one, or the server knows no parts', async () => {
    const url = await serve(cut(150_000, { etag: 'W/"weak"' }), cut(100_000, { etag: '"one"' }), ok());

    expect(await download(feedAt(url))).toMatchObject(whole);
    expect(asked().map(({ range }) => typeof range)).toEqual(['undefined', 'undefined', 'string']);
    expect(readFileSync(to)).toEqual(content);
  });

  test('is begun anew when the server sends another part than was asked for', async () => {
    const other: Answer = (response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-9/200000', etag: '"one"' }).end(content.subarray(0, 10));
    const url = await serve(cut(150_000, { etag: '"one"' }), other, ok());

    expect(await download(feedAt(url))).toMatchObject(whole);
    expect(readFileSync(to)).toEqual(content);
  });

  test('is given up on when it never gets further', async () => {
    const url = await serve(cut(100_000));

    await expect(download(feedAt(url))).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(asked()).toHaveLength(7);
  });

  test('is given up on when it gets less far each time', async () => {
    const url = await serve(...[100_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000].map((bytes) => cut(bytes)));

    await expect(download(feedAt(url))).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(asked()).toHaveLength(7);
  });
});

test.each<[number, Partial<Feed>, string, number]>([
  [404, {}, 'advisories-missing', 1],
  [401, {}, 'authentication-failed', 1],
  [403, {}, 'permission-denied', 1],
  [429, {}, 'rate-limited', 6],
  [503, {}, 'connection-failed', 6],
  [304, {}, 'connection-failed', 6],
  [204, {}, 'advisories-missing', 1],
])('an answer %i is a failure that says so', async (code, more, cause, requests) => {
  const url = await serve(status(code));

  await expect(download(feedAt(url, more))).rejects.toMatchObject({
    code: cause,
    message: expect.stringContaining(String(code)),
  });
  expect(server?.requests).toHaveLength(requests);
});

test('a server that is busy for a while is asked again', async () => {
  const url = await serve(status(503), status(429, { 'retry-after': '0' }), status(416), ok());

  expect(await download(feedAt(url))).toEqual(whole);
});

test('an optional feed may be absent, but not refused', async () => {
  const url = await serve(status(404), status(403));

  expect(await download(feedAt(url, { optional: true }))).toBe('absent');
  await expect(download(feedAt(url, { optional: true }))).rejects.toMatchObject({ code: 'permission-denied' });
});

test.each<[string, Answer]>([
  ['by its length', ok()],
  ['as it comes', (response) => response.writeHead(200).end(content)],
])('a feed that is too large is refused %s', async (_, answer) => {
  const url = await serve(answer);

  await expect(download(feedAt(url, { maxBytes: 100_000 }))).rejects.toMatchObject({ code: 'limit-exceeded' });
  expect(statSync(to).size).toBeLessThanOrEqual(100_000);
});

test('an address where nobody answers is a failure to connect', async () => {
  const url = await serve(ok());
  await server?.stop();

  await expect(download(feedAt(url))).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
});

test('an abort ends the waiting for another try', async () => {
  const controller = new AbortController();
  const url = await serve((response) => {
    response.writeHead(503).end();
    controller.abort(new Error('enough'));
  });

  const downloading = downloadFeed(
    feedAt(url),
    undefined,
    to,
    { fetch, retryDelayMs: 60_000, onBytes: () => {} },
    controller.signal,
  );

  await expect(downloading).rejects.toThrow('enough');
});

describe('a folder', () => {
  const path = join(folder, 'all.zip');
  const url = pathToFileURL(path).href;
  writeFileSync(path, content);

  test.each([url, path])('is copied from %s, and left alone while it does not change', async (address) => {
    const result = await download(feedAt(address));

    expect(result).toMatchObject(whole);
    const { etag = '' } = typeof result === 'object' ? result : {};
    expect(await download(feedAt(address), keptFrom(address, { etag }))).toBe('unchanged');
    expect(await download(feedAt(address), keptFrom(address, { etag: '1-1' }))).toMatchObject(whole);
  });

  test('without the file is a failure, or a fact', async () => {
    await expect(download(feedAt(join(folder, 'absent')))).rejects.toMatchObject({ code: 'advisories-missing' });
    expect(await download(feedAt(join(folder, 'absent'), { optional: true }))).toBe('absent');
  });
});
