import type { Image } from '../../src/model/image.ts';
import type { LocatedPackage } from '../../src/model/package.ts';
import type { KindState, Summary } from '../../src/model/scan.ts';
import type { NewRegistry, Store } from '../../src/store/store.ts';
import { runSql } from './run-sql.ts';
import { digestOf, sampleImage, sampleRegistry, sampleTag } from './sample-images.ts';

/** One image of the seeded list; absent members are unknown. */
export interface SeededImage {
  /** Tag, unique in the list: tests name rows by it. */
  readonly tag: string;
  readonly registry: string;
  readonly repository: string;
  readonly size: number;
  readonly createdAt?: Date;
  /** Same content as the row of this tag. */
  readonly contentOf?: string;
  readonly authorized: boolean;
  readonly scan?: Partial<Summary>;
  /** What becomes of a scan that gave no result. */
  readonly task?: 'failed' | 'running' | 'canceled';
  readonly packages?: readonly (readonly [name: string, version: string])[];
  readonly trusted?: true;
  readonly running?: boolean;
  readonly containers?: number;
}

const registries: Readonly<Record<string, Partial<NewRegistry>>> = {
  'harbor-eu': { type: 'harbor', url: 'https://harbor.example.com', region: 'eu-1' },
  'Tcr-Lab': { type: 'tcr', url: 'https://lab.tencentcloudcr.com', region: 'ap-bangkok', instanceId: 'tcr-lab1' },
  'docker-lab': { type: 'docker', url: 'http://127.0.0.1:5000' },
};

const scanned: KindState = { status: 'scanned', progress: 100 };
const notScanned: KindState = { status: 'not-scanned', progress: 0 };
const day = (date: string) => new Date(`2026-${date}T00:00:00Z`);

const clean: Partial<Summary> = {
  osName: 'Debian GNU/Linux 12 (bookworm)',
  vulnerabilities: 0,
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  packages: 2,
  needsFix: false,
};
const full: Partial<Summary> = { malware: scanned, risk: scanned, malwareFiles: 0, risks: 0, secrets: 0 };

/** Every state that an image may be in, with ties and unknowns in every column that can be sorted by. */
export const seededImages: readonly SeededImage[] = [
  { tag: 'v1.0', registry: 'harbor-eu', repository: 'team/app', size: 500, createdAt: day('01-01'), authorized: false },
  {
    tag: 'v1.1',
    registry: 'harbor-eu',
    repository: 'team/app',
    size: 700,
    createdAt: day('02-01'),
    authorized: true,
    running: true,
    containers: 3,
    scan: {
      ...full,
      scannedAt: day('11-01'),
      osName: 'Debian GNU/Linux 12 (bookworm)',
      vulnerabilities: 10,
      critical: 1,
      high: 2,
      medium: 3,
      low: 4,
      malwareFiles: 2,
      risks: 5,
      secrets: 4,
      packages: 3,
      needsFix: true,
    },
    packages: [
      ['openssl', '3.0.11'],
      ['libssl3', '3.0.11'],
      ['curl', '8.0'],
    ],
  },
  {
    tag: 'v2.0_rc',
    registry: 'harbor-eu',
    repository: 'team/app',
    size: 700,
    createdAt: day('03-01'),
    authorized: true,
    running: false,
    containers: 0,
    scan: { ...clean, ...full, scannedAt: day('11-02') },
    packages: [
      ['openssl', '3.0.15'],
      ['curl', '7.88'],
    ],
  },
  {
    tag: 'latest',
    registry: 'harbor-eu',
    repository: 'team/tools/lint',
    size: 100,
    createdAt: day('02-01'),
    authorized: true,
    trusted: true,
    scan: {
      scannedAt: day('11-03'),
      osName: 'Alpine Linux v3.20',
      vulnerabilities: 2,
      critical: 0,
      high: 2,
      medium: 0,
      low: 0,
      packages: 1,
      needsFix: true,
      detail: 'npm',
      vulnerability: { ...scanned, cause: 'ecosystem-not-covered' },
    },
    packages: [['musl', '1.2.5']],
  },
  {
    tag: 'unbuilt',
    registry: 'Tcr-Lab',
    repository: 'base',
    size: 900,
    authorized: true,
    task: 'failed',
  },
  {
    tag: 'moving',
    registry: 'Tcr-Lab',
    repository: 'base',
    size: 900,
    createdAt: day('05-01'),
    authorized: true,
    task: 'running',
  },
  {
    tag: 'stopped',
    registry: 'Tcr-Lab',
    repository: 'ops/job',
    size: 50,
    createdAt: day('04-01'),
    authorized: true,
    task: 'canceled',
  },
  {
    tag: 'mirror',
    registry: 'docker-lab',
    repository: 'mirror/app',
    size: 700,
    createdAt: day('02-01'),
    contentOf: 'v1.1',
    authorized: false,
  },
  {
    tag: 'low-only',
    registry: 'docker-lab',
    repository: 'team/app',
    size: 800,
    createdAt: day('06-01'),
    authorized: true,
    scan: {
      ...clean,
      ...full,
      scannedAt: day('11-02'),
      vulnerabilities: 2,
      medium: 1,
      low: 1,
      secrets: 1,
      risks: 1,
      packages: 2,
    },
    packages: [['curl', '8.0']],
  },
];

/** Fills a new store with `seededImages` and returns their rows by tag. `url`: the store's database. */
export async function seedImages(store: Store, url: string): Promise<ReadonlyMap<string, Image>> {
  for (const [name, overrides] of Object.entries(registries)) {
    const { id } = await store.registries.add(sampleRegistry(name, overrides));
    const own = seededImages.filter(({ registry }) => registry === name);
    for (const repository of new Set(own.map((image) => image.repository))) {
      const tags = own.filter((image) => image.repository === repository).map(toTag);
      await store.images.saveTags(id, repository, tags);
    }
  }
  const unscanned = await readRows(store);
  for (const seeded of seededImages) await putInState(store, url, seeded, unscanned.get(seeded.tag));
  return readRows(store);
}

function toTag({ tag, size, createdAt, contentOf }: SeededImage) {
  const { artifact } = sampleImage(contentOf ?? tag);
  const image = sampleImage(tag, { size, artifact });
  const { createdAt: _, ...undated } = image;
  return sampleTag(tag, [createdAt ? { ...image, createdAt } : undated]);
}

async function putInState(store: Store, url: string, seeded: SeededImage, row: Image | undefined): Promise<void> {
  if (!row) throw new Error(`${seeded.tag} was not listed`);
  const { scan, task, trusted, running, containers } = seeded;
  if (seeded.authorized) await store.authorizations.authorize({ selection: { ids: [row.id] }, cap: 1, type: 'manual' });
  if (scan) {
    await store.inventories.saveScan({
      artifactId: row.artifactId,
      inventory: { packages: (seeded.packages ?? []).map(toPackage), problems: [] },
      vulnerabilities: [],
      summary: { vulnerability: scanned, malware: notScanned, risk: notScanned, osName: 'linux', detail: '', ...scan },
      advisorySnapshot: 'test',
    });
  }
  if (task) await runTask(store, row.id, task);
  // Nothing of ours tells yet which images run or are trusted.
  const columns = [
    ...(trusted ? ['trusted = 1'] : []),
    ...(running === undefined ? [] : [`running = ${Number(running)}`]),
    ...(containers === undefined ? [] : [`containers = ${containers}`]),
    ...(running && scan?.needsFix ? ['fix_recommended = 1'] : []),
  ];
  if (columns.length > 0) await runSql(url, `update images set ${columns.join(', ')} where id = ${row.id}`);
}

async function runTask(store: Store, imageId: number, end: NonNullable<SeededImage['task']>): Promise<void> {
  const kinds = ['vulnerability'] as const;
  const task = await store.tasks.create({ kinds, selection: { ids: [imageId] }, createdBy: 'test' });
  if (!task) throw new Error('the image was not taken into a task');
  await store.tasks.start(task.id, imageId, kinds);
  await store.tasks.recordProgress(task.id, imageId, { vulnerability: 40 }, 90);
  if (end === 'failed') await store.tasks.fail(task.id, imageId, { cause: 'connection-failed', detail: '' });
  if (end === 'canceled') await store.tasks.cancel(task.id);
}

const toPackage = ([name, version]: readonly [string, string]): LocatedPackage => ({
  ecosystem: 'deb',
  name,
  version,
  path: 'var/lib/dpkg/status',
  layer: digestOf('layer'),
});

async function readRows(store: Store): Promise<ReadonlyMap<string, Image>> {
  const { rows } = await store.images.list({
    conditions: [],
    latestOnly: false,
    runningOnly: false,
    sort: { key: 'id', direction: 'asc' },
    offset: 0,
    limit: 100,
  });
  return new Map(rows.map((row) => [row.tag, row]));
}
