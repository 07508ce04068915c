import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltLayer, layer } from '../../demo/build-layer.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { AppError } from '../model/app-error.ts';
import type { Store } from '../store/store.ts';
import { createLayerReports, type GetLayerReports } from './create-layer-reports.ts';
import { createScanThreads, type ScanThreads } from './create-scan-threads.ts';
import { defaultImageLimits, type ImageLimits } from './image-limits.ts';
import type { LayerSource } from './image-source.ts';
import { withinImageLimits } from './within-image-limits.ts';

const never = new AbortController().signal;
const ignore = () => {};

let engine: StoreEngine;
let store: Store;
let threads: ScanThreads;
let getLayerReports: GetLayerReports;

beforeAll(async () => {
  engine = await sqliteEngine();
  ({ store } = await openTestStore(engine));
  threads = createScanThreads(2, { heapMb: 48 });
  const stored = { content: store.layerReports, malware: store.malwareReports };
  getLayerReports = createLayerReports({ threads, stored, fingerprint: 'f', limits: defaultLayerLimits });
});
afterAll(async () => {
  await threads.close();
  await store.close();
  await engine.stop();
});

const newLayer = (name = 'a') =>
  layer()
    .file('node_modules/a/package.json', JSON.stringify({ name, version: '1.0.0' }))
    .file('seed', randomBytes(16))
    .gzip();
const sourceOf = (built: BuiltLayer, blob: () => Readable = () => Readable.from([built.bytes])): LayerSource => ({
  digest: built.digest,
  size: built.size,
  open: async () => blob(),
});
const imageWith = (limits: Partial<ImageLimits>) =>
  withinImageLimits(getLayerReports, { ...defaultImageLimits, ...limits });
const read = async (get: GetLayerReports, source: LayerSource, signal = never) =>
  (await get(source, { content: true, malware: 'none' }, ignore, signal)).content;

describe('a layer beyond the limit of its image holds a problem instead of a report; those before it are as they were:', () => {
  const [first, second] = [newLayer(), newLayer()];

  test.each<[string, Partial<ImageLimits>, string]>([
    ['compressed bytes', { maxBytes: first.size + 1 }, 'PLIMSOLL_MAX_IMAGE_BYTES'],
    ['unpacked bytes', { maxUncompressedBytes: 1 }, 'PLIMSOLL_MAX_IMAGE_UNPACKED_BYTES'],
    ['entries', { maxEntries: 1 }, 'PLIMSOLL_MAX_IMAGE_ENTRIES'],
  ])('%s', async (_, limits, setting) => {
    const get = imageWith(limits);

    expect(await read(get, sourceOf(first))).toMatchObject({ entries: 2, problems: [] });
    const beyond = await get(sourceOf(second), { content: true, malware: 'none' }, ignore, never);

    const message = expect.stringContaining(setting);
    expect(beyond.content).toMatchObject({
      digest: second.digest,
      files: {},
      unverified: true,
      problems: [{ path: '.', analyzer: 'layer', cause: 'limit-exceeded', message }],
    });
    expect(beyond.malware?.failures).toMatchObject([{ cause: 'limit-exceeded', message }]);
  });
});

describe('when the time of the image is up', () => {
  test('in the middle of a layer that stalls, the layer holds the problem, and so does every later one', async () => {
    const get = imageWith({ maxMs: 300 });
    const built = newLayer();
    const blob = new Readable({ read: ignore });
    blob.push(built.bytes.subarray(0, 20));

    expect((await read(get, sourceOf(newLayer())))?.problems).toEqual([]);
    const stalled = await read(
      get,
      sourceOf(built, () => blob),
    );
    const later = await read(get, sourceOf(newLayer()));

    for (const report of [stalled, later])
      expect(report?.problems).toMatchObject([
        { path: '.', cause: 'scan-timeout', message: expect.stringContaining('PLIMSOLL_SCAN_TIMEOUT_SECONDS') },
      ]);
    expect(blob.destroyed).toBe(true);
  });

  test('nothing that was not read is kept for the next scan', async () => {
    const built = newLayer();
    expect((await read(imageWith({ maxMs: 0 }), sourceOf(built)))?.problems).toMatchObject([{ cause: 'scan-timeout' }]);

    expect((await read(imageWith({}), sourceOf(built)))?.problems).toEqual([]);
  });
});

test('a layer that does not fit into the memory of a thread costs itself, not the image', async () => {
  const status = (at: number) => `Package: p${at}\nStatus: install ok installed\nVersion: 1\n`;
  const tooMuch = layer()
    .file('var/lib/dpkg/status', Array.from({ length: 500_000 }, (_, at) => status(at)).join('\n'))
    .gzip();
  const get = imageWith({});

  expect((await read(get, sourceOf(tooMuch)))?.problems).toMatchObject([
    { path: '.', cause: 'limit-exceeded', message: expect.stringContaining('memory') },
  ]);
  expect((await read(get, sourceOf(newLayer())))?.problems).toEqual([]);
});

test('a cancel is no limit, and neither is what a registry does', async () => {
  const stop = new AbortController();
  const reason = new AppError('canceled', 'stopped');
  const silent = sourceOf(newLayer(), () => new Readable({ read: ignore }));
  const reading = read(imageWith({}), silent, stop.signal);
  stop.abort(reason);

  await expect(reading).rejects.toBe(reason);
  const refusing = { ...silent, open: () => Promise.reject(new AppError('connection-failed', 'refused')) };
  await expect(read(imageWith({}), refusing)).rejects.toMatchObject({ code: 'connection-failed' });
});
