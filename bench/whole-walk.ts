import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createMalwareEngines } from '../src/analyzers/malware/create-malware-engines.ts';
import { defaultLayerLimits } from '../src/layers/layer-entry.ts';
import type { Digest } from '../src/model/digest.ts';
import { createScanThreads } from '../src/scan/create-scan-threads.ts';
import type { BenchResult } from './bench-result.ts';
import { median } from './statistics.ts';

const TARGET_RATIO = 0.5;
const ROUNDS = 5;
const THREADS = 2;
/** Programs, libraries, documentation and scripts of this very machine: a layer that nobody made for a benchmark. */
const FOLDERS = ['usr/bin', 'usr/lib', 'usr/share'];
const UNPACKED_MB = 500;

/**
 * Two layers at once through two scan threads with everything that looks at them except clamd, against two threads that gunzip
 * and hash the same file, taking turns.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  try {
    return [await measure(await packLayer(folder))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Blob {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

async function packLayer(folder: string): Promise<Blob> {
  const path = join(folder, 'layer.tar.gz');
  const present = FOLDERS.filter((each) => existsSync(join('/', each)));
  // Cut at a whole tar block: the walk reads what is there and then says that the archive breaks off, so it is closed anew.
  const command = `tar -C / --sort=name -cf - ${present.join(' ')} 2>/dev/null | head -c ${UNPACKED_MB * 1_000_000} >"$0/cut.tar"; tar -C "$0" -xf "$0/cut.tar" --one-top-level=files 2>/dev/null; tar -C "$0/files" -czf "$1" . && rm -r "$0/files" "$0/cut.tar"`;
  await promisify(execFile)('bash', ['-c', command, folder, path]);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, digest: `sha256:${hash.digest('hex')}`, size: (await stat(path)).size };
}

async function measure(blob: Blob): Promise<BenchResult> {
  const engines = createMalwareEngines({});
  const threads = createScanThreads(THREADS, { connectMalware: () => engines.connect() });
  const floors = Array.from({ length: THREADS }, () => new Worker(new URL('./gunzip-thread.ts', import.meta.url)));
  const source = {
    digest: blob.digest,
    size: blob.size,
    open: async () => createReadStream(blob.path, { highWaterMark: 256 * 1024 }),
  };
  const walk = async () => {
    const work = { content: true, malware: true, limits: defaultLayerLimits };
    return threads.analyzeLayer(source, work, () => {}, new AbortController().signal);
  };
  const rounds: { readonly floor: number; readonly walk: number }[] = [];
  let found = '';
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const floor = await timed(() => Promise.all(floors.map((worker) => gunzip(worker, blob.path))));
      const whole = await timed(async () => {
        const [first] = await Promise.all(Array.from({ length: THREADS }, walk));
        if (!first?.content || !first.malware) throw new Error('the walk made no reports');
        const { uncompressedBytes, entries, secrets, settings } = first.content;
        found = `${Math.round(uncompressedBytes / 1e6)} MB in ${entries} entries, ${secrets.length} secrets, ${settings.length} settings, ${first.malware.files.length} malicious files`;
      });
      // The first round warms up.
      if (round > 0) rounds.push({ floor, walk: whole });
    }
  } finally {
    await Promise.all([threads.close(), engines.close(), ...floors.map((worker) => worker.terminate())]);
  }
  const speed = (side: 'floor' | 'walk') =>
    `${Math.round((THREADS * UNPACKED_MB) / median(rounds.map((round) => round[side])))} MB/s`;
  return {
    name: 'whole walk / gunzip + sha256, two threads each',
    ratio: median(rounds.map(({ floor, walk }) => floor / walk)),
    target: TARGET_RATIO,
    better: 'higher',
    detail: `${found}; medians of ${ROUNDS} rounds: walk ${speed('walk')}, gunzip and sha256 ${speed('floor')}`,
  };
}

function gunzip(worker: Worker, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', () => {
      worker.off('error', reject);
      resolve();
    });
    worker.postMessage(path);
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
