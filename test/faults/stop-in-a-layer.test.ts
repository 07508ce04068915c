import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { layer } from '../../demo/build-layer.ts';
import { defaultLayerLimits } from '../../src/layers/layer-entry.ts';
import { AppError } from '../../src/model/app-error.ts';
import { createScanThreads, type ScanThreads } from '../../src/scan/create-scan-threads.ts';
import { registrySource } from '../../src/scan/scan-image.ts';
import { digestOf } from '../support/create-test-image.ts';
import { openTestClient, serveForTest } from '../support/open-test-client.ts';

// Cancel and timeout within two seconds, without a clock: they reach the socket while a layer that never ends is read, and
// what passes after that is bounded, so that it is a matter of milliseconds at any speed.

const MiB = 1024 ** 2;
const MIDDLE = 12 * MiB;
/** What the kernel holds of a connection to this machine, and what a thread may have been sent. */
const IN_FLIGHT = 24 * MiB;
const work = { content: true, malware: false, limits: defaultLayerLimits };
const endless = digestOf(Buffer.from('nobody ever reads it to its end'));
const next = layer().file('etc/os-release', 'ID=debian\n').gzip();
let threads: ScanThreads;
afterEach(() => threads.close());

/** A gzip stream of stored blocks: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 */
function storedBlock(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.byteLength, 1);
  head.writeUInt16LE(bytes.byteLength ^ 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

/** A tar whose first file goes on and on. */
function sendEndless(response: ServerResponse, sent: (bytes: number) => void): void {
  const header = layer().file('endless', '').tar().bytes.subarray(0, 512);
  const piece = storedBlock(randomBytes(60_000));
  const write = (bytes: Buffer) => {
    sent(bytes.byteLength);
    return response.write(bytes);
  };
  const pump = () => {
    while (!response.destroyed && write(piece));
  };
  response.writeHead(200, { 'content-length': 2 ** 40 });
  write(Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), storedBlock(sized(header))]));
  response.on('drain', pump);
  pump();
}

/** The header with a size of 8 GiB - 1, and the sum that belongs to it. */
function sized(header: Uint8Array): Buffer {
  const changed = Buffer.from(header);
  changed.write('77777777777\0', 124, 'latin1');
  changed.write('        ', 148, 'latin1');
  const sum = changed.reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

test.each([
  ['canceled', 'the job was stopped'],
  ['scan-timeout', 'the image took too long'],
] as const)(
  '%s in the middle of a layer closes the connection at once, and the thread is free',
  async (code, message) => {
    let sent = 0;
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const server = await serveForTest((request, response) => {
      if (!request.url?.includes(endless)) return void response.end(next.bytes);
      void once(response, 'close').then(() => close());
      sendEndless(response, (bytes) => {
        sent += bytes;
      });
    });
    // Ended by force only after an hour: whoever comes next waits until the walk has let go by itself.
    threads = createScanThreads(1, { stopMs: 3_600_000 });
    const layers = [
      { digest: endless, size: 2 ** 40 },
      { digest: next.digest, size: next.size },
    ];
    const source = registrySource(openTestClient(server.url), 'app', { imageId: endless, layers });
    const [first, second] = source.layers;
    if (!first || !second) throw new Error('the image has two layers');
    const stop = new AbortController();
    const reason = new AppError(code, message);
    let taken = 0;
    let sentBefore = 0;
    const onBytes = (bytes: number) => {
      taken += bytes;
      if (taken < MIDDLE || stop.signal.aborted) return;
      sentBefore = sent;
      stop.abort(reason);
    };

    await expect(threads.analyzeLayer(first, work, onBytes, stop.signal)).rejects.toBe(reason);
    const takenBefore = taken;
    await closed;

    expect(sentBefore).toBeGreaterThan(MIDDLE);
    expect(sent - sentBefore).toBeLessThan(IN_FLIGHT);
    const { content } = await threads.analyzeLayer(second, work, () => {}, new AbortController().signal);
    expect(content?.entries).toBe(1);
    expect(taken).toBe(takenBefore);
  },
);
