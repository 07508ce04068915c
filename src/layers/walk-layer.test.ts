import { createCipheriv } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf, layer } from '../../demo/build-layer.ts';
import { AppError } from '../model/app-error.ts';
import type { Digest } from '../model/digest.ts';
import { defaultLayerLimits, type LayerEntry, type LayerLimits } from './layer-entry.ts';
import { walkLayer } from './walk-layer.ts';

const { signal: never } = new AbortController();

function stream(bytes: Uint8Array, chunk = 65_536): Readable {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  return Readable.from(chunks);
}

interface Options {
  readonly digest?: Digest;
  readonly limits?: Partial<LayerLimits>;
  readonly chunk?: number;
  /** The bytes as they come, instead of pieces of `chunk` bytes. */
  readonly chunks?: readonly Uint8Array[];
  readonly visit?: (entry: LayerEntry) => void | Promise<void>;
}

async function walk(
  bytes: Uint8Array,
  { digest = digestOf(bytes), limits = {}, chunk = 65_536, chunks, visit }: Options = {},
) {
  const paths: string[] = [];
  const blob = chunks ? Readable.from(chunks) : stream(bytes, chunk);
  try {
    const totals = await walkLayer(
      blob,
      digest,
      {
        limits: { ...defaultLayerLimits, ...limits },
        visit: visit ?? ((entry) => void paths.push(entry.type === 'file' ? entry.stat.path : entry.path)),
      },
      never,
    );
    return { ...totals, paths };
  } finally {
    expect(blob.destroyed).toBe(true);
  }
}

/** Incompressible, and always the same. */
const noise = (length: number) =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
const sample = () => layer().file('a', noise(400_000)).file('b/c', 'text').whiteout('d');
const tar = Buffer.from(sample().tar().bytes);
const half = tar.byteLength >> 1;
const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

describe.each<[string, Uint8Array]>([
  ['a plain tar', tar],
  ['gzip', gzipSync(tar)],
  ['gzip in two members', Buffer.concat([gzipSync(tar.subarray(0, half)), gzipSync(tar.subarray(half))])],
  ['gzip with zeros after it', Buffer.concat([gzipSync(tar), Buffer.alloc(70_000)])],
  ['zstd', zstdCompressSync(tar)],
  [
    'zstd in two frames',
    Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))]),
  ],
  ['zstd among skippable frames', Buffer.concat([skippable, zstdCompressSync(tar), skippable, skippable])],
])('%s', (_, bytes) => {
  test.each([1_000, 65_536, 10_000_000])('is walked in chunks of %i bytes', async (chunk) => {
    expect(await walk(bytes, { chunk })).toEqual({
      diffId: digestOf(tar),
      compressedBytes: bytes.byteLength,
      uncompressedBytes: tar.byteLength,
      entries: 3,
      paths: ['a', 'b/c', 'd'],
    });
  });

  test('is blob-corrupt when its digest is another', async () => {
    const digest = digestOf(Buffer.from('another'));

    await expect(walk(bytes, { digest })).rejects.toMatchObject({ code: 'blob-corrupt', retryable: true });
  });

  test('is blob-corrupt when its end is missing', async () => {
    const cut = bytes.subarray(0, Math.floor(bytes.byteLength * 0.6));

    await expect(walk(cut, { digest: digestOf(bytes) })).rejects.toMatchObject({ code: 'blob-corrupt' });
  });

  test('is layer-corrupt when it was pushed without its end', async () => {
    const cut = bytes.subarray(0, Math.floor(half * (bytes.byteLength / tar.byteLength)) + 10);

    await expect(walk(cut)).rejects.toMatchObject({
      code: 'layer-corrupt',
      message: expect.stringContaining(digestOf(cut)),
    });
  });
});

describe.each<[string, (bytes: Buffer) => Buffer]>([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
])('%s', (_, compress) => {
  const parts = [Buffer.alloc(0), tar.subarray(0, half), Buffer.alloc(0), tar.subarray(half), Buffer.alloc(0)];
  const packed = parts.map(compress);

  test('is read on over members that are empty, in one chunk or a chunk each', async () => {
    const whole = Buffer.concat(packed);

    expect(await walk(whole)).toMatchObject({ diffId: digestOf(tar), entries: 3 });
    expect(await walk(whole, { chunks: packed })).toMatchObject({ diffId: digestOf(tar), entries: 3 });
  });

  test.each(['g', 'garbage', '\x1f', '\x1f\x8b\b', '(\xb5/\xfd'])(
    'with %j behind it is layer-corrupt, in one chunk or a chunk of its own',
    async (text) => {
      const chunks = [compress(tar), Buffer.from(text, 'latin1')];
      const whole = Buffer.concat(chunks);

      await expect(walk(whole)).rejects.toMatchObject({ code: 'layer-corrupt' });
      await expect(walk(whole, { chunks })).rejects.toMatchObject({ code: 'layer-corrupt' });
    },
  );
});

test('both hashes cover what follows the end of the archive', async () => {
  const padded = Buffer.concat([tar, Buffer.alloc(1_000_000, 'p')]);

  expect(await walk(gzipSync(padded))).toMatchObject({
    diffId: digestOf(padded),
    uncompressedBytes: padded.byteLength,
    entries: 3,
  });
});

test('an empty blob is a layer without entries', async () => {
  expect(await walk(Buffer.alloc(0))).toMatchObject({ entries: 0, uncompressedBytes: 0 });
});

test('a layer compressed with xz says so', async () => {
  const xz = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), Buffer.alloc(100)]);

  await expect(walk(xz)).rejects.toMatchObject({ code: 'layer-corrupt', message: expect.stringContaining('xz') });
});

test.each<[string, Uint8Array, Partial<LayerLimits>]>([
  ['uncompressed bytes', gzipSync(tar), { maxUncompressedBytes: 100_000 }],
  ['uncompressed bytes of a plain tar', tar, { maxUncompressedBytes: 100_000 }],
  ['entries', gzipSync(tar), { maxEntries: 1 }],
  [
    'the ratio of gzip',
    gzipSync(
      layer()
        .file('a', '')
        .file('zeros', Buffer.alloc(20 * 1024 ** 2))
        .tar().bytes,
    ),
    { maxRatio: 100 },
  ],
  [
    'the ratio of zstd',
    zstdCompressSync(
      layer()
        .file('a', '')
        .file('zeros', Buffer.alloc(20 * 1024 ** 2))
        .tar().bytes,
    ),
    { maxRatio: 100 },
  ],
])(
  'more than the limit of %s cuts the walk: what came before is kept, and the blob is checked to its end',
  async (_, bytes, limits) => {
    const cut = await walk(bytes, { limits });

    expect(cut).toMatchObject({ cut: expect.stringContaining('PLIMSOLL_MAX_'), compressedBytes: bytes.byteLength });
    expect(cut.paths[0]).toBe('a');
    expect([cut.diffId, cut.unverified]).toEqual([undefined, undefined]);
    await expect(walk(bytes, { limits, digest: digestOf(Buffer.from('another')) })).rejects.toMatchObject({
      code: 'blob-corrupt',
    });
  },
);

test('of a blob that is too large the rest is not read, and so its digest is not checked', async () => {
  const bytes = gzipSync(tar);

  const cut = await walk(bytes, { limits: { maxCompressedBytes: 100_000 }, chunk: 10_000 });

  expect(cut).toMatchObject({ cut: expect.stringContaining('PLIMSOLL_MAX_LAYER_BYTES'), unverified: true });
  expect(cut.compressedBytes).toBe(110_000);
  expect(cut.diffId).toBeUndefined();
});

test('a limit that whoever looks at the entries sets cuts the walk, too', async () => {
  const visit = () => {
    throw new AppError('limit-exceeded', 'enough');
  };

  expect(await walk(gzipSync(tar), { visit })).toMatchObject({ cut: 'enough', entries: 1 });
});

test('an abort ends the reading of what a limit left', async () => {
  const controller = new AbortController();
  const visit = () => {
    setTimeout(() => controller.abort(), 20);
  };
  const limits = { ...defaultLayerLimits, maxUncompressedBytes: 100_000 };

  const walking = walkLayer(endless(true), digestOf(tar), { limits, visit }, controller.signal);

  await expect(walking).rejects.toMatchObject({ code: 'canceled' });
});

test('a blob that breaks off keeps its own error', async () => {
  const failing = (error: Error) =>
    Readable.from(
      (async function* () {
        yield gzipSync(tar).subarray(0, 5_000);
        throw error;
      })(),
    );
  const options = { limits: defaultLayerLimits, visit: () => {} };

  await expect(
    walkLayer(failing(new AppError('rate-limited', 'slow down', { retryable: true })), digestOf(tar), options, never),
  ).rejects.toMatchObject({ code: 'rate-limited', retryable: true });
  await expect(walkLayer(failing(new Error('ECONNRESET')), digestOf(tar), options, never)).rejects.toMatchObject({
    code: 'connection-failed',
    retryable: true,
  });
});

test('what visit throws ends the walk', async () => {
  const visit = () => {
    throw new RangeError('from visit');
  };

  await expect(walk(gzipSync(tar), { visit })).rejects.toThrow(RangeError);
});

test('reports compressed bytes as they are taken', async () => {
  const bytes = gzipSync(tar);
  const seen: number[] = [];

  await walkLayer(
    stream(bytes, 50_000),
    digestOf(bytes),
    { limits: defaultLayerLimits, visit: () => {}, onProgress: (done) => seen.push(done) },
    never,
  );

  expect(seen.at(-1)).toBe(bytes.byteLength);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.length).toBeGreaterThan(1);
});

/** A tar with one file that never ends. */
function endless(compress: boolean): Readable {
  const header = Buffer.from(layer().file('big', '').tar().bytes.subarray(0, 512));
  header.write('\x80\0\0\0\0\0\x40\0\0\0\0\0', 124, 'latin1');
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  // Stored blocks of a gzip stream: 64 KiB each, never the last.
  const stored = Buffer.concat([Buffer.from([0, 0, 0x80, 0xff, 0x7f]), Buffer.alloc(0x8000, 'x')]);
  const start = compress
    ? Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0, 0, 2, 0xff, 0xfd]), header])
    : header;
  return Readable.from(
    (function* () {
      yield start;
      for (;;) yield compress ? stored : Buffer.alloc(0x8000, 'x');
    })(),
  );
}

test.each([
  ['a plain tar', false],
  ['gzip', true],
])('an abort in the middle of a large file of %s ends the walk', async (_, compress) => {
  const controller = new AbortController();
  const blob = endless(compress);
  const visited: string[] = [];
  const visit = (entry: LayerEntry) => {
    visited.push(entry.type);
    setTimeout(() => controller.abort(), 20);
  };

  const walking = walkLayer(blob, digestOf(tar), { limits: defaultLayerLimits, visit }, controller.signal);

  await expect(walking).rejects.toMatchObject({ code: 'canceled' });
  expect(visited).toEqual(['file']);
  expect(blob.destroyed).toBe(true);
});

test('an abort ends a walk that waits for a silent blob, with the reason of the signal', async () => {
  const controller = new AbortController();
  const blob = new Readable({ read() {} });
  blob.push(gzipSync(tar).subarray(0, 1_000));

  const walking = walkLayer(blob, digestOf(tar), { limits: defaultLayerLimits, visit: () => {} }, controller.signal);
  setTimeout(() => controller.abort(new AppError('scan-timeout', 'too slow')), 20);

  await expect(walking).rejects.toMatchObject({ code: 'scan-timeout', message: 'too slow' });
  expect(blob.destroyed).toBe(true);
});

test('a time limit that runs out is a timeout, any other abort a cancellation', async () => {
  const walking = (reason: unknown) =>
    walkLayer(stream(tar), digestOf(tar), { limits: defaultLayerLimits, visit: () => {} }, AbortSignal.abort(reason));

  await expect(walking(new DOMException('too slow', 'TimeoutError'))).rejects.toMatchObject({ code: 'scan-timeout' });
  await expect(walking(new Error('enough'))).rejects.toMatchObject({ code: 'canceled' });
});

test('a signal that is already aborted starts nothing', async () => {
  const blob = stream(tar);

  await expect(
    walkLayer(blob, digestOf(tar), { limits: defaultLayerLimits, visit: () => {} }, AbortSignal.abort()),
  ).rejects.toMatchObject({ code: 'canceled' });
  expect(blob.destroyed).toBe(true);
});

test('damaged blobs end with an AppError', async () => {
  const blobs = [gzipSync(tar), zstdCompressSync(tar)];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...blobs),
      fc.array(fc.tuple(fc.nat(400_000), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
      async (good, changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at % bytes.byteLength] = (bytes[at % bytes.byteLength] ?? 0) ^ value;
        if (bytes.equals(good)) return;

        await expect(walk(bytes, { digest: digestOf(good) })).rejects.toMatchObject({
          code: expect.stringMatching(/^(blob-corrupt|layer-corrupt|limit-exceeded)$/),
        });
      },
    ),
    { numRuns: 60 },
  );
});
