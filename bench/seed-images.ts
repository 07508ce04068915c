import { createHash } from 'node:crypto';
import type { Cause } from '../src/model/cause.ts';
import type { Digest } from '../src/model/digest.ts';
import type { Summary } from '../src/model/scan.ts';
import { openStore } from '../src/store/open-store.ts';
import type { NewArtifact, SeenTag, Store } from '../src/store/store.ts';
import type { Vault } from '../src/store/vault.ts';
import { sampleRegistry } from '../test/support/sample-images.ts';
import { copyRepositories } from './copy-repositories.ts';
import { seededRandom } from './seeded-random.ts';

const DAY_MS = 86_400_000;
const ROWS_PER_CONTENT = 10;
/** More are copies of these: a store saves what registries deliver, a few at a time. */
const ROWS_MADE = 5_000;
const AVERAGE_TAGS = 40;
const REGISTRIES = ['harbor-eu', 'harbor-us', 'docker-lab', 'quay-ci', 'ecr-prod'];
const TEAMS = ['payments', 'search', 'platform', 'data', 'mobile', 'web', 'infra', 'security', 'ml', 'growth'];
const NOUNS = [
  'api',
  'worker',
  'gateway',
  'web',
  'cron',
  'migrate',
  'proxy',
  'cache',
  'auth',
  'report',
  'sync',
  'index',
];
/** Of images, the commonest first. */
export const SYSTEMS: readonly string[] = [
  'Debian GNU/Linux 12 (bookworm)',
  'Debian GNU/Linux 11 (bullseye)',
  'Alpine Linux v3.20',
  'Alpine Linux v3.18',
  'Ubuntu 24.04.1 LTS',
  'Ubuntu 22.04.5 LTS',
];

/**
 * Fills the empty database of `url` with `rows` images, a multiple of 5 000 or fewer than that: registries, repositories
 * of 1 to 120 tags, two thirds of the content scanned, some of that in vain, nine rows of ten authorised. The same shares
 * at every size.
 */
export async function seedImages(url: string, vault: Vault, rows: number): Promise<void> {
  const store = await openStore({ url, vault, now: () => new Date() });
  try {
    await makeImages(store, Math.min(rows, ROWS_MADE));
    if (rows > ROWS_MADE) await copyRepositories(url, rows / ROWS_MADE - 1);
    await store.images.compactCounts();
  } finally {
    await store.close();
  }
}

async function makeImages(store: Store, rows: number): Promise<void> {
  const random = seededRandom(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const registries = await addRegistries(store);
  const contents = Array.from({ length: rows / ROWS_PER_CONTENT }, (_, at) => content(at));
  // Everything is listed once and scanned; what lists it later takes the result over, as after a promotion.
  for (let repository = 0, left = rows; left > 0; repository++) {
    const count = repository === 0 ? contents.length : Math.min(left, 1 + Math.floor(random() ** 2 * 3 * AVERAGE_TAGS));
    const path = repositoryPath(repository);
    const own = Array.from({ length: Math.ceil(count / 3) }, () => pick(contents));
    const tags = Array.from({ length: count }, (_, tag) =>
      seenTag(`${path} ${tag}`, tag, (repository === 0 ? contents[tag] : undefined) ?? pick(own), random),
    );
    await store.images.saveTags(registries[repository % registries.length] ?? 0, path, tags);
    if (repository === 0) await scanAll(store, random);
    left -= count;
  }
  await store.authorizations.authorize({ selection: { all: true }, cap: Math.floor(rows * 0.9), type: 'manual' });
}

async function addRegistries(store: Store): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const name of REGISTRIES) {
    const type = name.startsWith('harbor') ? 'harbor' : 'docker';
    const { id } = await store.registries.add(sampleRegistry(name, { type, url: `https://${name}.example.com` }));
    ids.push(id);
  }
  return ids;
}

/** Every team and every noun in turn, so that a name finds its share at every size. */
const repositoryPath = (at: number): string =>
  `${TEAMS[at % TEAMS.length]}/${NOUNS[at % NOUNS.length]}-${NOUNS[(at * 5 + 3) % NOUNS.length]}-${at}`;

const digest = (seed: string): Digest => `sha256:${createHash('sha256').update(seed).digest('hex')}`;

function content(at: number): NewArtifact {
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 1000 };
  return {
    imageId: digest(`config ${at}`),
    os: 'linux',
    layers: [{ digest: digest(`layer ${at}`), ...layer }],
    history: [],
  };
}

function seenTag(seed: string, tag: number, artifact: NewArtifact, random: () => number): SeenTag {
  const manifest = digest(`manifest ${seed}`);
  return {
    name: tag === 0 ? 'latest' : `${1 + (tag >> 5)}.${tag & 31}.${Math.floor(random() * 10)}`,
    digest: manifest,
    syncedAt: new Date(),
    skipped: {},
    images: [
      {
        digest: manifest,
        platform: 'linux/amd64',
        size: Math.floor(5_000_000 + random() ** 3 * 2_000_000_000),
        // One in fifty does not say when it was built, as reproducible builds do not.
        ...(random() < 0.02 ? {} : { createdAt: new Date(Date.UTC(2024, 0, 1) + random() * 1000 * DAY_MS) }),
        artifact,
      },
    ],
  };
}

/** Two thirds of what is listed so far. */
async function scanAll(store: Store, random: () => number): Promise<void> {
  const sort = { key: 'id', direction: 'asc' } as const;
  const everything = { conditions: [], latestOnly: false, runningOnly: false, sort, offset: 0, limit: 5_000 };
  const { rows } = await store.images.list(everything);
  for (const { artifactId } of rows) if (random() < 0.67) await scan(store, artifactId, random);
}

async function scan(store: Store, artifactId: number, random: () => number): Promise<void> {
  const outcome = random();
  const layer = digest('layer');
  const found = (name: string, version: string) => ({
    ecosystem: 'deb',
    name,
    version,
    path: 'var/lib/dpkg/status',
    layer,
  });
  const osName = SYSTEMS[Math.floor(random() ** 2 * SYSTEMS.length)] ?? '';
  await store.inventories.saveScan({
    artifactId,
    inventory: {
      os: { family: 'debian', release: '12', name: osName },
      packages: [
        found('openssl', `3.0.${Math.floor(random() * 20)}`),
        found('zlib1g', '1.2.13'),
        found(`lib${Math.floor(random() * 500)}`, '1.0'),
      ],
      problems: [],
    },
    vulnerabilities: [],
    summary:
      outcome < 0.9 ? scanned(osName, random) : failed(osName, outcome < 0.95 ? 'layer-corrupt' : 'scan-timeout'),
    advisorySnapshot: 'bench',
  });
}

const notScanned = { status: 'not-scanned', progress: 0 } as const;
const SCANNED_FROM = Date.UTC(2026, 10, 1);

/** Most images have few critical vulnerabilities or none, and many low ones. */
function scanned(osName: string, random: () => number): Summary {
  const [critical, high] = [Math.floor(random() ** 6 * 30), Math.floor(random() ** 4 * 80)];
  const [medium, low] = [Math.floor(random() ** 3 * 200), Math.floor(random() ** 2 * 300)];
  return {
    vulnerability: { status: 'scanned', progress: 100 },
    malware: notScanned,
    risk: notScanned,
    scannedAt: new Date(SCANNED_FROM + random() * 20 * DAY_MS),
    osName,
    vulnerabilities: critical + high + medium + low,
    critical,
    high,
    medium,
    low,
    packages: 20 + Math.floor(random() ** 2 * 900),
    needsFix: critical + high > 0 && random() < 0.7,
    detail: '',
  };
}

function failed(osName: string, cause: Cause): Summary {
  return {
    vulnerability: { status: 'failed', progress: 100, cause },
    malware: notScanned,
    risk: notScanned,
    scannedAt: new Date(SCANNED_FROM),
    osName,
    detail: '',
  };
}
