import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ServerProcess, startServerProcess } from '../test/support/start-server-process.ts';
import { startVendorRegistry, type VendorRegistry } from '../test/support/start-vendor-registry.ts';
import type { VendorWorld, WorldRepository } from '../test/support/vendor-world.ts';
import { aws } from '../test/support/vendors/aws.ts';
import { azure } from '../test/support/vendors/azure.ts';
import { harbor } from '../test/support/vendors/harbor.ts';
import type { BenchResult } from './bench-result.ts';
import { buildProduct } from './build-product.ts';
import { type MadeImages, serveMadeImages } from './serve-made-images.ts';

const vendors = [aws, azure, harbor];
/** Smaller to try it. */
const TAGS = Number(process.env.PLIMSOLL_BENCH_TAGS ?? '100000');
const TAGS_PER_REPOSITORY = 100;
const LIMIT_MB = 300;
const LIMIT_BYTES = 0.01;
const HIGH_WATER_MARK = /^VmHWM:\s+(\d+) kB$/m;

interface Sync {
  readonly seconds: number;
  /** Over the wire, both ways, headers and all. */
  readonly bytes: number;
  readonly requests: number;
}

/** A server that lists three registries of different kinds for the first time, and once more when nothing has changed. */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const each = Math.ceil(TAGS / vendors.length);
  const images = await serveMadeImages(each);
  const registries = await Promise.all(
    vendors.map((vendor) => startVendorRegistry(vendor, worldOf(images, each), images.url)),
  );
  const key = { secretId: 'AKIDmanytags', secretKey: randomBytes(16).toString('hex') };
  const env = {
    PLIMSOLL_ADVISORIES_URL: 'file:///nonexistent/osv',
    PLIMSOLL_KEV_URL: 'file:///nonexistent/kev.json',
  };
  const cli = await buildProduct(folder);
  const server = await startServerProcess(join(folder, 'serve'), key, env, 'serve', cli);
  try {
    const base = peakOf(server.pid);
    await connect(server, registries);
    const first = await sync(server, registries, each * vendors.length);
    const peak = peakOf(server.pid);
    const second = await sync(server, registries, each * vendors.length);
    return resultsOf(first, second, { base, peak });
  } finally {
    await server.kill();
    for (const registry of [...registries, images]) await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function worldOf(images: MadeImages, count: number): VendorWorld {
  const repositories: WorldRepository[] = [];
  for (let from = 0; from < count; from += TAGS_PER_REPOSITORY) {
    const tags = Array.from({ length: Math.min(TAGS_PER_REPOSITORY, count - from) }, (_, at) => ({
      name: `1.${at}.0`,
      digest: images.digest(from + at),
      pushedAt: new Date(Date.UTC(2026, 0, 1) + (from + at) * 60_000),
    }));
    const project = `team-${Math.floor(repositories.length / 50)}`;
    repositories.push({ project, name: `${project}/service-${repositories.length}`, tags, accessories: [] });
  }
  const projects = [...new Set(repositories.map(({ project }) => project))];
  return { projects, denied: new Set(), repositories, images: [] };
}

async function connect({ sdk }: ServerProcess, registries: readonly VendorRegistry[]): Promise<void> {
  for (const [at, registry] of registries.entries()) {
    const vendor = vendors[at];
    if (!vendor) continue;
    await sdk.AddAssetImageRegistryRegistryDetail({
      Name: vendor.name,
      Username: vendor.credentials.username,
      Password: vendor.credentials.password,
      Url: registry.url,
      RegistryType: vendor.name,
      NetType: 'private',
      // Behind a name of its own, ECR's region must be set.
      ...(vendor.name === 'aws' ? { RegistryRegion: 'eu-west-1' } : {}),
    });
  }
}

async function sync({ sdk }: ServerProcess, registries: readonly VendorRegistry[], rows: number): Promise<Sync> {
  const bytes = () => registries.reduce((sum, registry) => sum + registry.bytes(), 0);
  const [before, start] = [bytes(), performance.now()];
  for (const registry of registries) registry.forget();
  await sdk.SyncAssetImageRegistryAsset({ All: true });
  for (;;) {
    const { Status, Err } = await sdk.DescribeAssetImageRegistryAssetStatus();
    if (Status === 'failed') throw new Error(`the sync failed: ${Err}`);
    if (Status === 'success') break;
    await pause(500);
  }
  const { TotalCount } = await sdk.DescribeAssetImageRegistryList({ Limit: 1 });
  if (TotalCount !== rows) throw new Error(`${TotalCount} images of ${rows} are listed`);
  return {
    seconds: (performance.now() - start) / 1_000,
    bytes: bytes() - before,
    requests: registries.reduce((sum, { api, distribution }) => sum + api.length + distribution.length, 0),
  };
}

/** The kernel's own, in bytes. */
function peakOf(pid: number): number {
  const [, kilobytes] = HIGH_WATER_MARK.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

function resultsOf(
  first: Sync,
  second: Sync,
  { base, peak }: { readonly base: number; readonly peak: number },
): readonly BenchResult[] {
  const what = `${TAGS} tags over ${vendors.map(({ name }) => name).join(', ')}`;
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  const told = ({ seconds, bytes, requests }: Sync) =>
    `${toMb(bytes)} MB in ${requests} requests, ${Math.round(seconds)} s`;
  return [
    {
      name: `peak memory of a first sync / ${LIMIT_MB} MB`,
      ratio: toMb(peak) / LIMIT_MB,
      target: 1,
      better: 'lower',
      detail: `${toMb(peak)} MB resident at most, ${toMb(base)} MB before: ${what}, ${told(first)}, ${load}`,
    },
    {
      name: 'bytes of a sync without news / of the first',
      ratio: second.bytes / first.bytes,
      target: LIMIT_BYTES,
      better: 'lower',
      detail: `${told(second)}, against ${told(first)}: ${what}, both ways with headers, ${load}`,
    },
  ];
}

const toMb = (bytes: number) => Number((bytes / 1e6).toFixed(1));
