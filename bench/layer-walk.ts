import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { BuiltLayer } from '../demo/build-layer.ts';
import { analyzeLayer } from '../src/analyzers/analyze-layer.ts';
import { analyzers } from '../src/analyzers/packages/index.ts';
import { defaultLayerLimits } from '../src/layers/layer-entry.ts';
import type { BenchResult } from './bench-result.ts';
import { realisticFiles } from './realistic-files.ts';
import { median } from './statistics.ts';

const CHUNK_BYTES = 256 * 1024;
const TARGET_RATIO = 0.7;
const ROUNDS = 9;
const MEGABYTES = 200;

/** Walk with all analyzers against gunzip and sha256 alone, on the same bytes, taking turns; and the walk's peak memory. */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  try {
    const { digest, diffId, size, bytes } = realisticFiles(MEGABYTES).gzip();
    const blob: Blob = { path: join(folder, 'layer.tar.gz'), digest, diffId, size };
    await writeFile(blob.path, bytes);
    return await measure(blob);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Blob = Pick<BuiltLayer, 'digest' | 'diffId' | 'size'> & { readonly path: string };

async function measure(blob: Blob): Promise<readonly BenchResult[]> {
  const rounds: { readonly floor: number; readonly walk: number; readonly floorOfBoth: number }[] = [];
  let unpacked = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await timed(() => gunzipAndHash(blob, false));
    const walk = await timed(async () => {
      unpacked = await walkWithAnalyzers(blob);
    });
    const floorOfBoth = await timed(() => gunzipAndHash(blob, true));
    // The first round warms up.
    if (round > 0) rounds.push({ floor, walk, floorOfBoth });
  }
  const speed = (side: 'floor' | 'walk' | 'floorOfBoth') =>
    `${Math.round(unpacked / 1e6 / median(rounds.map((round) => round[side])))} MB/s`;
  // Of each round by itself: what else the machine does hits both sides of a round alike.
  const ratio = (side: 'floor' | 'floorOfBoth') => median(rounds.map((round) => round[side] / round.walk));
  return [
    {
      name: 'layer walk / gunzip + sha256',
      ratio: ratio('floor'),
      target: TARGET_RATIO,
      better: 'higher',
      detail:
        `${Math.round(unpacked / 1e6)} MB unpacked from ${Math.round(blob.size / 1e6)} MB, medians of ${ROUNDS} rounds: ` +
        `walk with ${analyzers.length} analyzers ${speed('walk')}, gunzip and sha256 of the blob ${speed('floor')}\n` +
        `beside sha256 of blob and unpacked bytes, which the walk computes: ${speed('floorOfBoth')}, ratio ${ratio('floorOfBoth').toFixed(2)}\n` +
        `peak memory of a process that walks it: ${await peakMemory(blob)}`,
    },
  ];
}

async function walkWithAnalyzers(blob: Blob): Promise<number> {
  const options = { analyzers, limits: defaultLayerLimits };
  const report = await analyzeLayer(open(blob), blob.digest, options, new AbortController().signal);
  if (report.diffId !== blob.diffId) throw new Error('the walk read something else');
  return report.uncompressedBytes;
}

async function gunzipAndHash(blob: Blob, unpackedToo: boolean): Promise<void> {
  const [packed, unpacked] = [createHash('sha256'), createHash('sha256')];
  await pipeline(
    open(blob),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        packed.update(chunk);
        yield chunk;
      }
    },
    createGunzip({ chunkSize: CHUNK_BYTES }),
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) if (unpackedToo) unpacked.update(chunk);
    },
  );
  if (`sha256:${packed.digest('hex')}` !== blob.digest) throw new Error('the floor read something else');
}

const open = ({ path }: Blob) => createReadStream(path, { highWaterMark: CHUNK_BYTES });

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Of a process of its own, because this one holds the layer it built. */
async function peakMemory({ path, digest }: Blob): Promise<string> {
  const script = join(import.meta.dirname, 'walk-once.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, path, digest]);
  return stdout.trim();
}
