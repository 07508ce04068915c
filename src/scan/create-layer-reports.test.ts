import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BuiltLayer, digestOf, layer } from '../../demo/build-layer.ts';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { AppError } from '../model/app-error.ts';
import type { LayerReport } from '../model/layer-report.ts';
import type { Store } from '../store/store.ts';
import { createLayerReports } from './create-layer-reports.ts';
import { createScanThreads, type ScanThreads } from './create-scan-threads.ts';
import { createTurns } from './create-turns.ts';
import type { LayerSource } from './image-source.ts';

const never = new AbortController().signal;
const ignore = () => {};

let engine: StoreEngine;
let store: Store;
let threads: ScanThreads;
let get: GetContent;
/** Digests of the blobs that were opened. */
let opened: string[];

beforeAll(async () => {
  engine = await sqliteEngine();
  ({ store } = await openTestStore(engine));
  threads = createScanThreads(2);
});
afterAll(async () => {
  await threads.close();
  await store.close();
  await engine.stop();
});
beforeEach(() => {
  opened = [];
  get = reportsFor('fingerprint');
});

type GetContent = (layer: LayerSource, onBytes: () => void, signal: AbortSignal) => Promise<LayerReport>;

/** The content reports alone. */
function reportsFor(fingerprint: string): GetContent {
  const stored = { content: store.layerReports, malware: store.malwareReports };
  const getReports = createLayerReports({ threads, stored, fingerprint, limits: defaultLayerLimits });
  return async (layer, onBytes, signal) => {
    const { content } = await getReports(layer, { content: true }, onBytes, signal);
    if (!content) throw new Error('no report of the content');
    return content;
  };
}

/** A layer that nobody has walked before. */
const newLayer = () =>
  layer()
    .file('node_modules/a/package.json', '{"name":"a","version":"1.0.0"}')
    .file('noise', randomBytes(1024 * 1024))
    .gzip();

const sourceOf = (built: BuiltLayer, blob: () => Readable = () => Readable.from([built.bytes])): LayerSource => ({
  digest: built.digest,
  size: built.size,
  diffId: built.diffId,
  open: async () => {
    opened.push(built.digest);
    return blob();
  },
});

const HALF = 512 * 1024;

/** Half of a layer, then whatever the test does with the stream. */
function halfOf(built: BuiltLayer): Readable {
  const blob = new Readable({ read: ignore });
  blob.push(built.bytes.subarray(0, HALF));
  return blob;
}

test('a layer that ten scans want at once is fetched and walked once', async () => {
  const source = sourceOf(newLayer());

  const reports = await Promise.all(Array.from({ length: 10 }, () => get(source, ignore, never)));

  expect(opened).toEqual([source.digest]);
  expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
});

test('a layer that was walked before is never fetched again, not by another process either', async () => {
  const source = sourceOf(newLayer());
  const first = await get(source, ignore, never);

  const second = await reportsFor('fingerprint')(source, ignore, never);

  expect(second).toEqual(first);
  expect(opened).toHaveLength(1);
});

test('of two processes that want a layer at once one walks it, and the other reads what it found', async () => {
  const source = sourceOf(newLayer());
  const stored = { content: store.layerReports, malware: store.malwareReports };
  const process = (holder: string) => {
    const turns = createTurns({ leases: store.leases, holder, leaseMs: 60_000, now: () => new Date() });
    return createLayerReports({ threads, stored, fingerprint: 'f', limits: defaultLayerLimits, turns });
  };

  const reports = await Promise.all(
    [process('p1'), process('p2')].map((getReports) => getReports(source, { content: true }, ignore, never)),
  );

  expect(opened).toEqual([source.digest]);
  expect(reports[0]?.content?.digest).toBe(source.digest);
  expect(reports[1]).toEqual(reports[0]);
});

test('other analyzers want their own report', async () => {
  const source = sourceOf(newLayer());
  await get(source, ignore, never);

  await reportsFor('other analyzers')(source, ignore, never);

  expect(opened).toHaveLength(2);
});

test('when the scan that walks a layer is stopped, one of those that wait for it walks it', async () => {
  const built = newLayer();
  const stop = new AbortController();
  const taken = Promise.withResolvers<void>();
  const blob = halfOf(built);
  const first = get(
    sourceOf(built, () => blob),
    () => taken.resolve(),
    stop.signal,
  );
  await taken.promise;
  const waiting = Array.from({ length: 3 }, () => get(sourceOf(built), ignore, never));

  stop.abort(new AppError('canceled', 'the job was stopped'));

  await expect(first).rejects.toMatchObject({ code: 'canceled' });
  expect((await Promise.all(waiting)).map((report) => report.digest)).toEqual(Array(3).fill(built.digest));
  expect(opened).toHaveLength(2);
});

test('a scan that waits for a layer and is stopped ends at once; the walk goes on for the other', async () => {
  const built = newLayer();
  const stop = new AbortController();
  const taken = Promise.withResolvers<void>();
  const blob = halfOf(built);
  const first = get(
    sourceOf(built, () => blob),
    () => taken.resolve(),
    never,
  );
  await taken.promise;
  const waiting = get(sourceOf(built), ignore, stop.signal);

  stop.abort(new AppError('canceled', 'the job was stopped'));
  await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
  blob.push(built.bytes.subarray(HALF));
  blob.push(null);

  expect((await first).digest).toBe(built.digest);
  expect(opened).toHaveLength(1);
});

test('a layer that is broken for one is broken for all who wait, and is not fetched once for each', async () => {
  const bytes = Buffer.concat([newLayer().bytes.subarray(0, 60), randomBytes(60)]);
  const broken = { ...newLayer(), bytes, digest: digestOf(bytes), size: bytes.byteLength };

  const results = await Promise.allSettled(Array.from({ length: 5 }, () => get(sourceOf(broken), ignore, never)));

  expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(
    Array(5).fill('layer-corrupt'),
  );
  expect(opened).toHaveLength(1);
  await expect(get(sourceOf(broken), ignore, never)).rejects.toMatchObject({ code: 'layer-corrupt' });
  expect(opened).toHaveLength(2); // nothing is held against it: a failure is never stored
});

test('a registry that fails one scan does not fail another that can ask elsewhere', async () => {
  const built = newLayer();
  const refused = new AppError('connection-failed', 'refused', { retryable: true });
  const failing = get({ ...sourceOf(built), open: () => Promise.reject(refused) }, ignore, never);

  const waiting = get(sourceOf(built), ignore, never);

  await expect(failing).rejects.toBe(refused);
  expect((await waiting).digest).toBe(built.digest);
});

test('a config that says something else about a layer is not believed, whether it was walked now or before', async () => {
  const built = newLayer();
  const forged = { ...sourceOf(built), diffId: digestOf(Buffer.from('something else')) };

  await expect(get(forged, ignore, never)).rejects.toMatchObject({ code: 'blob-corrupt' });
  await expect(get(forged, ignore, never)).rejects.toMatchObject({ code: 'blob-corrupt' });
  expect((await get(sourceOf(built), ignore, never)).diffId).toBe(built.diffId);
  expect(opened).toHaveLength(1);
});

test('a blob that is not what its digest says leaves no report', async () => {
  const built = newLayer();
  const other = newLayer();

  await expect(
    get(
      sourceOf(built, () => Readable.from([other.bytes])),
      ignore,
      never,
    ),
  ).rejects.toMatchObject({
    code: 'blob-corrupt',
  });

  expect(await store.layerReports.get(built.digest, 'fingerprint')).toBeUndefined();
});
