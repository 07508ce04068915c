import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { createExportLinks } from '../api/export-links.ts';
import { exportFormats } from '../exports/formats/index.ts';
import type { Export } from '../store/export-store.ts';
import { createHttpServer } from './create-http-server.ts';
import type { ExportDownloads } from './serve-exports.ts';

const KiB = 1024;
const CHUNK = 512 * KiB;
const CHUNKS = 64;
const now = new Date('2026-11-25T00:00:00Z');
const entry: Export = {
  id: 7,
  selection: { kind: 'risks', imageId: 1, query: { conditions: [], offset: 0, limit: 1 } },
  columns: [],
  format: 'csv',
  language: 'en-US',
  createdBy: 'key',
  status: 'succeeded',
  progress: 100,
  createdAt: now,
  expiresAt: new Date(now.getTime() + 3_600_000),
  bytes: CHUNK * CHUNKS,
};
const links = createExportLinks(Buffer.alloc(32, 1));

async function serve(chunk: ExportDownloads['exports']['chunk']) {
  const server = createHttpServer({
    dispatch: () => Promise.reject(new Error('nobody calls the API here')),
    checkReady: async () => {},
    downloads: { exports: { get: async () => entry, chunk }, formats: exportFormats, links, now: () => now },
    intake: {
      events: { receiver: async () => undefined, accept: async () => {}, refuse: async () => {} },
      senders: [],
    },
    metrics: new MetricsRegistry(),
    log: pino({ level: 'silent' }),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return { server, link: new URL(links.url(url, entry)) };
}

test('a file is sent as its reader takes it, and a reader that takes nothing does not keep the server from stopping', async () => {
  let read = 0;
  const { server, link } = await serve(async () => {
    read++;
    return new Uint8Array(CHUNK);
  });
  const socket = connect(Number(link.port), link.hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.write(`GET ${link.pathname}${link.search} HTTP/1.1\r\nhost: ${link.host}\r\n\r\n`);
  await once(socket, 'readable');
  const takenWhileWaiting = read;

  await server.close();

  expect(takenWhileWaiting).toBeLessThan(CHUNKS);
  expect(read).toBeLessThan(CHUNKS);
});

test('a file whose pieces vanish while it is sent breaks off instead of ending early', async () => {
  const { link } = await serve(async (_, sequence) => (sequence < 2 ? new Uint8Array(CHUNK) : undefined));

  const answer = await fetch(link);

  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(CHUNK * CHUNKS)]);
  await expect(answer.arrayBuffer()).rejects.toThrow();
});

test('the answer names the file, forbids guessing its type, and is kept by nobody', async () => {
  const { link } = await serve(async () => new Uint8Array(CHUNK));

  const { headers } = await fetch(link, { method: 'HEAD' });

  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="RegistryImage-20261125000000-7.csv"',
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
});

test.each(['POST', 'PUT', 'DELETE'])('%s is not for files', async (method) => {
  const { link } = await serve(async () => new Uint8Array(CHUNK));

  expect((await fetch(link, { method })).status).toBe(404);
});
