import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildImage } from '../../demo/build-image.ts';
import { layer } from '../../demo/build-layer.ts';
import { almalinux } from '../../test/quality/images/almalinux.ts';
import { alpine } from '../../test/quality/images/alpine.ts';
import { debian } from '../../test/quality/images/debian.ts';
import { distroless } from '../../test/quality/images/distroless.ts';
import { installedLanguages } from '../../test/quality/images/languages.ts';
import { lockFiles } from '../../test/quality/images/lock-files.ts';
import { ownedAndNot } from '../../test/quality/images/owned-and-not.ts';
import { fixedAdvisories, openQualityLab } from '../../test/quality/open-quality-lab.ts';
import { toServedRepository } from '../../test/support/to-served-repository.ts';
import { writeLayout } from '../../test/support/write-layout.ts';
import { realisticFiles } from '../realistic-files.ts';
import { scanAll } from '../scan-all.ts';
import { fetchPeers, type Peer } from './fetch-peers.ts';
import { measureProcess, type ProcessCost } from './measure-process.ts';
import { normalizeFact, toFact } from './to-fact.ts';

type Layers = readonly { readonly bytes: Uint8Array }[];

const BASES = 3;
const IMAGES = 30;
/** Images over one base differ in one small file: three over each stand for the ten. */
const PEER_RUNS = 9;
const BASE_MEGABYTES = 30;
const TARGET = 5;
/** What a peer lists and we do not, and why. */
const explained: Readonly<Record<string, string>> = {
  'app@0.1.0': 'the crate that Cargo.lock is the lock of: the application itself, with no source',
};

const work = mkdtempSync(join(tmpdir(), 'plimsoll-peer-'));
try {
  const peers = fetchPeers();
  console.log(`load average ${loadavg()[0]?.toFixed(2)}`);
  const unexplained = await comparePackages(peers);
  const ratio = await compareCost(peers);
  if (unexplained > 0 || ratio < TARGET) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Returns the number of packages of theirs that we lack without an explanation. */
async function comparePackages(peers: readonly Peer[]): Promise<number> {
  const lab = await openQualityLab(await fixedAdvisories());
  let unexplained = 0;
  try {
    for (const image of [debian, distroless, alpine, almalinux, ownedAndNot, installedLanguages, lockFiles]) {
      if (image.unavailable !== undefined) {
        console.warn(`SKIPPED: ${image.name}: ${image.unavailable}`);
        continue;
      }
      const { layers } = await image.build();
      const ours = new Set(
        (await lab.scan(layers)).inventory.packages.map(({ name, version }) => normalizeFact(`${name}@${version}`)),
      );
      for (const peer of peers) {
        const root = unpack(layers, peer.withoutJars);
        const theirs = await factsOf(peer, root);
        const missing = theirs.filter((fact) => !ours.has(fact));
        console.log(`${image.name} | ${peer.name}: ours ${ours.size}, theirs ${theirs.length}`);
        for (const fact of missing) console.log(`  not ours: ${fact}: ${explained[fact] ?? 'UNEXPLAINED'}`);
        unexplained += missing.filter((fact) => explained[fact] === undefined).length;
      }
    }
  } finally {
    await lab.close();
  }
  return unexplained;
}

async function factsOf(peer: Peer, root: string): Promise<readonly string[]> {
  const output = join(work, 'bom.json');
  await measureProcess(peer.binary, peer.scan(root, join(work, 'cache'), output));
  const bom: { components?: { purl?: string }[] } = JSON.parse(readFileSync(output, 'utf8'));
  return [...new Set((bom.components ?? []).flatMap(({ purl }) => (purl === undefined ? [] : [toFact(purl)])))];
}

/** Returns how many times as long the faster peer takes for the packages of the registry, without its start-up. */
async function compareCost(peers: readonly Peer[]): Promise<number> {
  const bases = Array.from({ length: BASES }, (_, at) => realisticFiles(BASE_MEGABYTES).file('base', `${at}`).gzip());
  const images = Array.from({ length: IMAGES }, (_, at) => {
    const own = layer().file('app/own/package.json', JSON.stringify({ name: 'own', version: `1.${at}.0` }));
    return { tag: `v${at}`, image: buildImage({ layers: [...bases.slice(at % BASES, (at % BASES) + 1), own.gzip()] }) };
  });
  const [first] = images;
  if (first) await measureOurs(first.image);
  const ours: RegistryCost[] = [await scanRegistry(images)];
  const theirs: { readonly peer: Peer; readonly startup: ProcessCost; readonly runs: readonly ProcessCost[] }[] = [];
  for (const peer of peers) {
    const startup = await measureStartup(peer.binary, ['--version']);
    const runs: ProcessCost[] = [];
    for (const { image } of images.slice(0, PEER_RUNS)) {
      const root = unpack(image.layers, peer.withoutJars);
      runs.push(await measureProcess(peer.binary, peer.scan(root, join(work, 'cache'), join(work, 'bom.json'))));
    }
    theirs.push({ peer, startup, runs });
    // In turns: what else the machine does changes while this runs.
    ours.push(await scanRegistry(images));
  }
  const together = meanOf(ours);
  console.log(`registry of ${IMAGES} images, sync and scan, mean of ${ours.length}`);
  console.log(
    `  ours, packages and secrets | ${renderRegistry(together)}; with malware, too ${together.all.toFixed(0)} ms`,
  );
  return Math.min(...theirs.map(({ peer, startup, runs }) => comparePeer(peer, startup, runs, together)));
}

/** Milliseconds; `all` is the wall time with everything that we look for. */
interface RegistryCost {
  readonly wall: number;
  readonly cpu: number;
  readonly all: number;
}

/** The kind that the peers are asked for, and then all; ours is start of store, sync and scan. */
async function scanRegistry(images: Parameters<typeof toServedRepository>[1]): Promise<RegistryCost> {
  const repositories = [toServedRepository('team/app', images)];
  const [start, usage] = [performance.now(), process.cpuUsage()];
  await scanAll(repositories, 1, ['vulnerability']);
  const { user, system } = process.cpuUsage(usage);
  const wall = performance.now() - start;
  await scanAll(repositories, 1);
  return { wall, cpu: (user + system) / 1000, all: performance.now() - start - wall };
}

function meanOf(costs: readonly RegistryCost[]): RegistryCost {
  const mean = (field: keyof RegistryCost) => costs.reduce((sum, cost) => sum + cost[field], 0) / costs.length;
  return { wall: mean('wall'), cpu: mean('cpu'), all: mean('all') };
}

/** Prints what a peer takes for the registry; returns how many times as long as ours that is without its start-up. */
function comparePeer({ name }: Peer, startup: ProcessCost, runs: readonly ProcessCost[], ours: RegistryCost): number {
  const registryOf = (field: 'wall' | 'cpu') => (runs.reduce((sum, run) => sum + run[field], 0) * IMAGES) / runs.length;
  const [wall, cpu] = [registryOf('wall'), registryOf('cpu')];
  const net = { wall: Math.max(0, wall - startup.wall * IMAGES), cpu: Math.max(0, cpu - startup.cpu * IMAGES) };
  const times = (raw: number, without: number, own: number) =>
    `${(raw / own).toFixed(1)}x ours raw, ${(without / own).toFixed(1)}x net`;
  console.log(`${name} | start-up ${render(startup)} | first images ${runs.slice(0, BASES).map(render).join('; ')}`);
  console.log(`  ${IMAGES} images ${wall.toFixed(0)} ms: ${times(wall, net.wall, ours.wall)}`);
  console.log(`  ${cpu.toFixed(0)} ms CPU: ${times(cpu, net.cpu, ours.cpu)}`);
  return net.wall / ours.wall;
}

function renderRegistry({ wall, cpu }: RegistryCost): string {
  return `${wall.toFixed(0)} ms wall, ${cpu.toFixed(0)} ms CPU`;
}

/** The quickest of three: the first one finds nothing in the cache of the disk. */
async function measureStartup(file: string, args: readonly string[]): Promise<ProcessCost> {
  const runs: ProcessCost[] = [];
  for (let at = 0; at < 3; at++) runs.push(await measureProcess(file, args));
  return runs.reduce((best, run) => (run.wall < best.wall ? run : best));
}

/** Without advisories: packages alone, as the peers are asked for; that vulnerabilities are unknown then is exit code 5. */
async function measureOurs(image: ReturnType<typeof buildImage>): Promise<void> {
  const layout = join(work, 'layout');
  await writeLayout(layout, image.manifest, [image]);
  const cli = join(import.meta.dirname, '../../src/cli.ts');
  const startup = await measureStartup(process.execPath, [cli, '--version']);
  const scan = await measureProcess(process.execPath, [cli, 'scan', layout, '-o', 'name'], [0, 5]);
  console.log(`ours, from source | start-up ${render(startup)} | one image ${render(scan)}`);
}

/** Lays the layers over each other, and adds the file by which the peers know Debian. */
function unpack(layers: Layers, withoutJars = false): string {
  const root = mkdtempSync(join(work, 'root-'));
  for (const { bytes } of layers) {
    const { status, stderr } = spawnSync(
      'tar',
      ['-C', root, ...(withoutJars ? ['--exclude=*.jar', '--exclude=*.war'] : []), '-xf', '-'],
      { input: gunzipSync(bytes) },
    );
    if (status !== 0) throw new Error(`tar cannot unpack a layer: ${stderr}`);
  }
  if (existsSync(join(root, 'var/lib/dpkg')) && !existsSync(join(root, 'etc/debian_version'))) {
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/debian_version'), '12.1\n');
  }
  return root;
}

function render({ wall, cpu, peak }: ProcessCost): string {
  return `${wall.toFixed(0)} ms wall, ${cpu.toFixed(0)} ms CPU, ${peak.toFixed(0)} MiB`;
}
