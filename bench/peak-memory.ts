import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess } from '../test/support/start-server-process.ts';
import type { BenchResult } from './bench-result.ts';
import { buildProduct } from './build-product.ts';
import { copyToDockerRegistry } from './copy-to-docker-registry.ts';
import { serveStreamedImages } from './serve-streamed-images.ts';
import { streamedLayer } from './streamed-layer.ts';

const LIMIT_MB = 350;
const LAYERS = 5;
const LAYER_MB = 1_000;
const IMAGES = 20;
const IMAGE_MB = 150;
const SAMPLE_MS = 50;
const advisories = {
  PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent/osv',
  PLIMSOLL_KEV_URL: 'file:///nonexistent/kev.json',
};
const threads = { PLIMSOLL_WORKERS: '2' };

/** Peak memory of `plimsoll scan` over one image of 5 GB, and of a server that scans twenty images at once. */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  try {
    const cli = await buildProduct(folder);
    return [await oneLargeImage(folder, cli), await manyImages(folder, cli)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneLargeImage(folder: string, cli: string): Promise<BenchResult> {
  const layers = Array.from({ length: LAYERS }, (_, at) => streamedLayer(at + 1, LAYER_MB));
  const made = await serveStreamedImages(new Map([['1', layers]]));
  const copied = await copyToDockerRegistry(made.url, 'app:1');
  const registry = copied ?? made;
  try {
    const report = join(folder, 'report.json');
    const args = [cli, 'scan', `${registry.url}/app:1`, '-o', 'json', '--output-file', report];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, PLIMSOLL_DATA_DIR: join(folder, 'scan'), ...advisories, ...threads },
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const memory = watchMemory(child.pid ?? 0);
    const code = await ended;
    const peak = memory.stop();
    // 5: without advisories nothing is known of the packages, but they are found.
    if (code !== 5) throw new Error(`the scan ended with ${code}: ${errors.slice(-500)}`);
    const { packages } = JSON.parse(readFileSync(report, 'utf8')).inventory;
    if (packages.length < 100) throw new Error(`only ${packages.length} packages were found`);
    const unpacked = layers.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0);
    const packed = layers.reduce((sum, { size }) => sum + size, 0);
    const image = `${LAYERS} layers, ${toMb(packed)} MB, ${toMb(unpacked)} MB unpacked, ${packages.length} packages, two threads, from ${copied ? 'docker-registry' : 'a registry that makes its layers'}`;
    return toResult('peak memory of a 5 GB image', peak, image);
  } finally {
    await Promise.all([made.stop(), copied?.stop()]);
  }
}

async function manyImages(folder: string, cli: string): Promise<BenchResult> {
  const layers = Array.from({ length: IMAGES }, (_, at) => streamedLayer(100 + at, IMAGE_MB));
  const registry = await serveStreamedImages(new Map(layers.map((layer, at) => [`v${at}`, [layer]])));
  const key = { secretId: 'AKIDpeakmemory', secretKey: randomBytes(16).toString('hex') };
  const env = { ...advisories, ...threads, PLIMSOLL_JOBS: String(IMAGES) };
  const server = await startServerProcess(join(folder, 'serve'), key, env, 'serve', cli);
  const memory = watchMemory(server.pid);
  try {
    const { sdk } = server;
    const at = { Url: registry.url, RegistryType: 'docker', NetType: 'private' };
    const bench = { Name: 'bench', Username: 'any', Password: 'any', ...at };
    const { RegistryId = 0 } = await sdk.AddAssetImageRegistryRegistryDetail(bench);
    await sdk.SyncAssetImageRegistryAsset({ RegistryIds: [RegistryId] });
    await until(async () => (await sdk.DescribeAssetImageRegistryList({})).TotalCount === IMAGES);
    await sdk.ModifyImageAuthorized({
      AllLocalImages: false,
      AllRegistryImages: true,
      UpdatedLocalImageCnt: 0,
      UpdatedRegistryImageCnt: IMAGES,
      ImageSourceType: 'ASSETIMAGE',
    });
    const { TaskID } = await sdk.CreateAssetImageRegistryScanTask({ All: true, ScanType: ['CVE', 'RISK'] });
    await until(async () => {
      const { ImageScanCnt } = await sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID });
      return ImageScanCnt === IMAGES;
    });
    return toResult(
      `peak memory of ${IMAGES} images at once`,
      memory.stop(),
      `${IMAGE_MB} MB each when unpacked, two threads`,
    );
  } finally {
    memory.stop();
    await server.kill();
    await registry.stop();
  }
}

function toResult(name: string, peak: number, detail: string): BenchResult {
  return {
    name: `${name} / ${LIMIT_MB} MB`,
    ratio: toMb(peak) / LIMIT_MB,
    target: 1,
    better: 'lower',
    detail: `${toMb(peak)} MB resident at most: ${detail}`,
  };
}

const toMb = (bytes: number) => Math.round(bytes / 1e6);

const HIGH_WATER_MARK = /^VmHWM:\s+(\d+) kB$/m;

/** The kernel's own peak of a process, which it forgets when the process ends. */
function watchMemory(pid: number) {
  let peak = 0;
  const sample = () => {
    try {
      const [, kilobytes] = HIGH_WATER_MARK.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      sample();
      clearInterval(timer);
      return peak;
    },
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((go) => setTimeout(go, 200));
}
