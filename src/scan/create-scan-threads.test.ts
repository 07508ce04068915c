import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltLayer, layer } from '../../demo/build-layer.ts';
import { defaultLayerLimits, type LayerLimits } from '../layers/layer-entry.ts';
import { AppError } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import { createScanThreads, type ScanThreads, type ScanThreadsOptions } from './create-scan-threads.ts';
import type { LayerSource } from './image-source.ts';

const MiB = 1024 * 1024;
const never = new AbortController().signal;
const ignore = () => {};
const minimist = '{"name":"minimist","version":"0.0.8"}';

let threads: ScanThreads;
const start = (count: number, options: ScanThreadsOptions = {}) => {
  threads = createScanThreads(count, options);
  return threads;
};
afterEach(() => threads.close());

const sourceOf = (
  built: BuiltLayer,
  open: LayerSource['open'] = async () => Readable.from([built.bytes]),
): LayerSource => ({ digest: built.digest, size: built.size, diffId: built.diffId, open });

const small = (seed = 'x') => layer().file('node_modules/minimist/package.json', minimist).file('seed', seed).gzip();
/** For its content alone. */
async function walkWith(
  layer: LayerSource,
  limits: LayerLimits,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<LayerReport> {
  const { content } = await threads.analyzeLayer(layer, { content: true, malware: false, limits }, onBytes, signal);
  if (!content) throw new Error('no report of the content');
  return content;
}

const walk = (built: BuiltLayer, signal = never, open?: LayerSource['open']) =>
  walkWith(sourceOf(built, open), defaultLayerLimits, ignore, signal);

test('a layer is walked in a thread; its bytes are counted as they are taken', async () => {
  const built = layer()
    .file('node_modules/minimist/package.json', minimist)
    .file('big.bin', randomBytes(2 * MiB))
    .gzip();
  let taken = 0;
  start(1);

  const report = await walkWith(
    sourceOf(built),
    defaultLayerLimits,
    (bytes) => {
      taken += bytes;
    },
    never,
  );

  expect(report).toMatchObject({ digest: built.digest, diffId: built.diffId, compressedBytes: built.size });
  expect(Object.keys(report.files)).toEqual(['node_modules/minimist/package.json']);
  expect(taken).toBe(built.size);
});

test('more layers than threads wait for their turn, and no blob is opened before it', async () => {
  start(2);
  let open = 0;
  let most = 0;
  const layers = Array.from({ length: 8 }, (_, i) => small(String(i)));

  const reports = await Promise.all(
    layers.map((built) =>
      walk(built, never, async () => {
        most = Math.max(most, ++open);
        const blob = Readable.from([built.bytes]);
        blob.once('close', () => open--);
        return blob;
      }),
    ),
  );

  expect(reports.map((report) => report.digest)).toEqual(layers.map((built) => built.digest));
  expect(most).toBeLessThanOrEqual(2);
});

test('no more is read from a registry than the walk is about to take', async () => {
  start(1);
  const built = layer()
    .file('noise', randomBytes(24 * MiB))
    .gzip();
  let sent = 0;
  let taken = 0;
  let mostAhead = 0;
  async function* parts() {
    for (let at = 0; at < built.size; at += 64 * 1024) {
      const part = built.bytes.subarray(at, at + 64 * 1024);
      sent += part.byteLength;
      mostAhead = Math.max(mostAhead, sent - taken);
      yield part;
    }
  }

  await walkWith(
    sourceOf(built, async () => Readable.from(parts(), { objectMode: false, highWaterMark: 64 * 1024 })),
    defaultLayerLimits,
    (bytes) => {
      taken += bytes;
    },
    never,
  );

  expect(sent).toBe(built.size);
  expect(mostAhead).toBeLessThan(5 * MiB);
});

describe('a blob that fails', () => {
  test('when it is opened: with its own error, and the thread serves the next', async () => {
    start(1);
    const refused = new AppError('connection-failed', 'refused', { retryable: true });

    await expect(walk(small(), never, () => Promise.reject(refused))).rejects.toBe(refused);
    expect((await walk(small())).entries).toBe(2);
  });

  test('in the middle: with its own error, not as a truncated layer', async () => {
    start(1);
    const built = small();
    const broken = new AppError('connection-failed', 'the peer hung up', { retryable: true });
    async function* half() {
      yield built.bytes.subarray(0, 20);
      throw broken;
    }

    await expect(walk(built, never, async () => Readable.from(half()))).rejects.toBe(broken);
    expect((await walk(small())).entries).toBe(2);
  });

  test('with an error nobody expected: as a connection that may be tried again', async () => {
    start(1);
    const built = small();

    const walking = walk(built, never, async () => {
      const blob = new Readable({ read: ignore });
      setImmediate(() => blob.destroy(new Error('socket hang up')));
      return blob;
    });

    await expect(walking).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
  });
});

describe('a scan that is stopped', () => {
  /** Part of a layer, then silence, as from a registry that stalls. */
  const stalled = (built: BuiltLayer) => {
    const blob = new Readable({ read: ignore });
    blob.push(built.bytes.subarray(0, built.size - 10));
    return blob;
  };

  test('in the middle of a layer ends at once with its reason, and closes the blob', async () => {
    start(1);
    const stop = new AbortController();
    const reason = new AppError('canceled', 'the job was stopped');
    const built = layer().file('noise', randomBytes(MiB)).gzip();
    const blob = stalled(built);
    const walking = walkWith(
      sourceOf(built, async () => blob),
      defaultLayerLimits,
      () => stop.abort(reason), // in the middle: some bytes have been taken
      stop.signal,
    );

    await expect(walking).rejects.toBe(reason);

    expect(blob.destroyed).toBe(true);
    expect((await walk(small())).entries).toBe(2);
  });

  test('while it waits for a thread leaves the queue', async () => {
    start(1);
    const first = new AbortController();
    const second = new AbortController();
    const opened: string[] = [];
    const busy = walk(small('busy'), first.signal, async () => {
      opened.push('busy');
      return stalled(small('busy'));
    });
    const waiting = walk(small('waiting'), second.signal, async () => {
      opened.push('waiting');
      return Readable.from([small('waiting').bytes]);
    });

    second.abort(new AppError('canceled', 'stopped'));
    await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
    first.abort(new AppError('canceled', 'stopped'));
    await expect(busy).rejects.toMatchObject({ code: 'canceled' });

    expect((await walk(small('next'))).entries).toBe(2);
    expect(opened).toEqual(['busy']);
  });

  test('before it began opens nothing', async () => {
    start(1);
    let opened = false;

    const walking = walk(small(), AbortSignal.abort(new AppError('canceled', 'stopped')), async () => {
      opened = true;
      return Readable.from([]);
    });

    await expect(walking).rejects.toMatchObject({ code: 'canceled' });
    expect(opened).toBe(false);
  });

  test('does not hold its thread: one that does not let go in time is replaced', async () => {
    start(1, { stopMs: 0 });
    const stop = new AbortController();
    const built = layer()
      .file('zeros', Buffer.alloc(48 * MiB))
      .tar();
    const walking = walkWith(
      sourceOf(built),
      defaultLayerLimits,
      () => stop.abort(new AppError('canceled', 'stopped')),
      stop.signal,
    );
    await expect(walking).rejects.toMatchObject({ code: 'canceled' });

    const next = await Promise.all([walk(small('a')), walk(small('b'))]);

    expect(next.map((report) => report.entries)).toEqual([2, 2]);
  });
});

describe('a thread that dies', () => {
  /** Half a million packages, which a small heap cannot hold. */
  const tooMuch = layer()
    .file(
      'var/lib/dpkg/status',
      Array.from({ length: 500_000 }, (_, i) => `Package: p${i}\nStatus: install ok installed\nVersion: 1\n`).join(
        '\n',
      ),
    )
    .gzip();

  test('out of memory fails its own layer with a cause, and a new one serves those that wait', async () => {
    start(1, { heapMb: 24 });
    const dying = walk(tooMuch);
    const waiting = [walk(small('a')), walk(small('b'))];

    await expect(dying).rejects.toMatchObject({ code: 'limit-exceeded', retryable: false });
    expect((await Promise.all(waiting)).map((report) => report.entries)).toEqual([2, 2]);
  });

  test('and dies again does not take the process or the other threads with it', async () => {
    start(2, { heapMb: 24 });

    const results = await Promise.allSettled([walk(tooMuch), walk(small('a')), walk(tooMuch), walk(small('b'))]);

    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

test('closing ends what is under way and what waits', async () => {
  start(1);
  const built = small();
  const silent = new Readable({ read: ignore });
  const opened = Promise.withResolvers<void>();
  const busy = walk(built, never, async () => {
    opened.resolve();
    return silent;
  });
  const waiting = walk(built);
  const ended = Promise.allSettled([busy, waiting]);
  await opened.promise;

  await threads.close();

  expect((await ended).map((result) => result.status)).toEqual(['rejected', 'rejected']);
});

describe('matching', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-threads-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('without advisories is unknown, never clean', async () => {
    start(1);

    const { result, snapshot } = await threads.match(
      { packages: [], problems: [] },
      join(folder, 'nothing-here.db'),
      never,
    );

    expect(result).toMatchObject({ coverage: 'unknown', gaps: [{ cause: 'advisories-missing' }] });
    expect(snapshot).toBeUndefined();
  });
});

test('what is known to be no secret is told by no thread', async () => {
  const key = [
    '-----BEGIN OPENSSH PRIVATE ',
    `KEY-----\n${randomBytes(300).toString('base64')}\n-----END OPENSSH PRIVATE `,
    'KEY-----\n',
  ];
  const built = layer().file('srv/test/id', key.join('')).file('srv/live/id', key.join('')).gzip();
  start(1, { allowSecrets: [{ path: 'srv/test/**' }] });

  const { secrets } = await walk(built);

  expect(secrets.map(({ path }) => path)).toEqual(['srv/live/id']);
});
