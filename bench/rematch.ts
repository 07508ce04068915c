import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { buildImage } from '../demo/build-image.ts';
import type { BuiltLayer } from '../demo/build-layer.ts';
import { advisoriesPath } from '../src/advisories/advisories-path.ts';
import { diffAdvisories } from '../src/advisories/diff-advisories.ts';
import { locateSnapshot } from '../src/advisories/kept-snapshots.ts';
import { readSnapshot } from '../src/advisories/read-snapshot.ts';
import { updateAdvisories } from '../src/advisories/update.ts';
import type { Inventory } from '../src/model/inventory.ts';
import { createScanThreads } from '../src/scan/create-scan-threads.ts';
import { createMatchInventory, currentMatchKey } from '../src/scan/match-inventory.ts';
import { summarise } from '../src/scan/summarise.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';
import { startRematching } from '../src/tasks/start-rematching.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from '../test/support/sample-images.ts';
import { toServedRepository } from '../test/support/to-served-repository.ts';
import { writeAdvisoryZip } from '../test/support/write-zip.ts';
import type { BenchResult } from './bench-result.ts';
import { realisticFiles } from './realistic-files.ts';
import { scanAll } from './scan-all.ts';

const IMAGES = 1_000;
const SAMPLE = 20;
const BASE_MEGABYTES = 60;
const OWN_MEGABYTES = 8;
const SYSTEM_PACKAGES = 300;
const MODULES = 200;
const KNOWN_MODULES = 20_000;
/** A day of npm's advisories: so many of the packages that have any. */
const CHANGED = 100;
const TARGET_RATIO = 0.02;
const MAX_AGE_DAYS = 7;
const { signal } = new AbortController();

/**
 * Matching a thousand stored images with the next day's advisories of one ecosystem, against scanning them. The scans of the
 * sample share a base and are the cheaper for it; the first pays for it, and the rest are extrapolated.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const scanning = await scanningOf(IMAGES);
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-rematch-'));
  try {
    const { milliseconds, affected } = await rematchIn(folder);
    const detail = `scanning ${IMAGES} images ${Math.round(scanning)} ms (from ${SAMPLE} over one base), matching them again ${Math.round(milliseconds)} ms; ${affected} held one of the ${CHANGED} packages with other advisories`;
    return [
      {
        name: 'a thousand images after an update / scanning them',
        ratio: milliseconds / scanning,
        target: TARGET_RATIO,
        better: 'lower',
        detail,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function scanningOf(count: number): Promise<number> {
  const base = realisticFiles(BASE_MEGABYTES).gzip();
  const images = Array.from({ length: SAMPLE }, (_, at) => ({ tag: `v${at}`, image: imageOver(base, at) }));
  const alone = await scanAll([toServedRepository('team/app', images.slice(0, 1))], 1);
  const together = await scanAll([toServedRepository('team/app', images)], 1);
  return alone + ((together - alone) / (SAMPLE - 1)) * (count - 1);
}

function imageOver(base: BuiltLayer, at: number) {
  const own = realisticFiles(OWN_MEGABYTES).file('app/version', String(at)).gzip();
  return buildImage({ created: '2026-01-01T00:00:00Z', layers: [base, own] });
}

async function rematchIn(folder: string): Promise<{ readonly milliseconds: number; readonly affected: number }> {
  const now = () => new Date();
  const store = await openStore({ url: `file:${join(folder, 'b.db')}`, vault: createVault(Buffer.alloc(32, 1)), now });
  const threads = createScanThreads(1);
  const path = advisoriesPath(folder);
  const matchInventory = createMatchInventory({ threads, advisoriesPath: path, maxAgeDays: MAX_AGE_DAYS, now });
  const keyNow = async () => {
    const snapshot = readSnapshot(path);
    return snapshot && currentMatchKey(snapshot, MAX_AGE_DAYS, now());
  };
  try {
    await publish(folder, 0);
    await fill(store, matchInventory);
    await publish(folder, CHANGED);
    const key = (await keyNow()) ?? '';
    let affected = 0;
    const start = performance.now();
    const running = startRematching({
      store,
      matchInventory: (...args) => {
        affected++;
        return matchInventory(...args);
      },
      snapshotId: keyNow,
      compare: (from, to, abort) => diffAdvisories(locateSnapshot(folder, from), locateSnapshot(folder, to), abort),
      log: pino({ level: 'silent' }),
    });
    while ((await store.matches.otherKeys(key)).length > 0) await sleep(5);
    const milliseconds = performance.now() - start;
    await running.stop();
    return { milliseconds, affected };
  } finally {
    await threads.close();
    await store.close();
  }
}

/** The fix of every hundredth or so of the packages moves with `changed`. */
async function publish(folder: string, changed: number): Promise<void> {
  const records = Array.from({ length: KNOWN_MODULES }, (_, at) => ({
    id: `GHSA-${at}`,
    affected: [
      {
        package: { ecosystem: 'npm', name: `module-${at}` },
        ranges: [
          {
            type: 'SEMVER',
            events: [{ introduced: '0' }, { fixed: at % 200 === 7 && changed > 0 ? '3.0.0' : '2.0.0' }],
          },
        ],
      },
    ],
  }));
  await writeAdvisoryZip(join(folder, 'osv/npm/all.zip'), records);
  const urls = { osvUrl: `file://${join(folder, 'osv')}`, kevUrl: `file://${join(folder, 'kev.json')}` };
  await updateAdvisories({ dataDir: folder, ...urls, ecosystems: ['npm'], now: () => new Date() }, signal);
}

async function fill(store: Store, matchInventory: ReturnType<typeof createMatchInventory>): Promise<void> {
  const { id } = await store.registries.add(sampleRegistry('bench'));
  const tags = Array.from({ length: IMAGES }, (_, at) => sampleTag(`v${at}`, [sampleImage(`image ${at}`)]));
  await store.images.saveTags(id, 'app', tags);
  for (const row of await store.images.select({ all: true })) {
    const image = await store.images.get(row);
    if (!image) throw new Error('an image vanished');
    const inventory = inventoryOf(row);
    const { result, key } = await matchInventory(inventory, signal);
    await store.inventories.saveScan({
      artifactId: image.artifactId,
      inventory,
      vulnerabilities: result.vulnerabilities,
      summary: summarise(inventory, result, 'linux', new Date()),
      advisorySnapshot: key,
    });
  }
}

/** Modules of its own from a fifth of those that have advisories; one image in ten holds one of those that change. */
function inventoryOf(at: number): Inventory {
  const path = 'var/lib/dpkg/status';
  const system = Array.from({ length: SYSTEM_PACKAGES }, (_, n) => ({
    ecosystem: 'deb',
    name: `system-${n}`,
    version: '1',
  }));
  const names = Array.from({ length: MODULES }, (_, n) =>
    n === 0 && at % 10 === 0 ? 7 : ((at * 31 + n) % 4_000) * 200 + 11,
  );
  const modules = names.map((n) => ({ ecosystem: 'npm', name: `module-${n}`, version: '1.0.0' }));
  return {
    os: { family: 'debian', release: '12', name: 'Debian' },
    packages: [...system, ...modules].map((each) => ({ ...each, path, layer: digestOf('layer') })),
    problems: [],
  };
}
