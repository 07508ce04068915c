import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type ApiClient, createApiClient } from '../src/api/client/create-api-client.ts';
import { toImageConditions } from '../src/api/image-filters.ts';
import { imageSortKeys } from '../src/api/image-sort-keys.ts';
import { toDirection, toPage, toSortKey } from '../src/api/paging.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { startPlimsoll } from '../src/main.ts';
import { openStore } from '../src/store/open-store.ts';
import type { ImageQuery, Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';
import { postgresEngine, type StoreEngine } from '../test/support/open-test-store.ts';
import type { BenchResult } from './bench-result.ts';
import { type ListCall, listCalls } from './list-calls.ts';
import { seedImages } from './seed-images.ts';
import { geometricMean, median, percentile } from './statistics.ts';

const SMALL_ROWS = 1_000;
const LARGE_ROWS = 100_000;
const ROUNDS = 60;
const WARM_UP_ROUNDS = 5;
const TARGET_RATIO = 2;

/** The same list calls over 100 000 images and over 1 000, taking turns: on each engine, in the store and through the API. */
export async function run(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const postgres = await postgresEngine();
  try {
    const engines: readonly (readonly [string, StoreEngine | undefined])[] = [
      ['SQLite', undefined],
      ...(postgres ? [['PostgreSQL', postgres] as const] : []),
    ];
    // One engine's disk waits for the other's processor.
    const pairs = await Promise.all(engines.map(([name, engine]) => openPair(name, folder, engine)));
    const results: BenchResult[] = [];
    for (const pair of pairs) results.push(...(await measurePair(pair)));
    return results;
  } finally {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Pair {
  readonly engine: string;
  readonly small: Installation;
  readonly large: Installation;
  /** How long the large one took to fill. */
  readonly seconds: number;
}

async function openPair(engine: string, folder: string, postgres: StoreEngine | undefined): Promise<Pair> {
  const small = await openInstallation(join(folder, `${engine}-small`), await postgres?.freshUrl(), SMALL_ROWS);
  const start = performance.now();
  const large = await openInstallation(join(folder, `${engine}-large`), await postgres?.freshUrl(), LARGE_ROWS);
  return { engine, small, large, seconds: (performance.now() - start) / 1000 };
}

async function measurePair({ engine, small, large, seconds }: Pair): Promise<readonly BenchResult[]> {
  try {
    const inStore = await compare(small, large, listInStore);
    const throughApi = await compare(small, large, listThroughApi);
    const counted = (comparisons: readonly Comparison[]) => comparisons.filter(({ call }) => !call.linear);
    const slowest = counted(throughApi).toSorted((a, b) => b.ratio - a.ratio)[0];
    return [
      {
        name: `list on ${engine}: slowest call of the API`,
        ratio: slowest?.ratio ?? 0,
        target: TARGET_RATIO,
        better: 'lower',
        detail: `${LARGE_ROWS} images, made in ${Math.round(seconds)} s, against ${SMALL_ROWS}; the slowest: ${slowest?.call.name}\n${toTable(throughApi)}`,
      },
      {
        name: `list on ${engine}: mean call of the store`,
        ratio: geometricMean(counted(inStore).map(({ ratio }) => ratio)),
        target: TARGET_RATIO,
        better: 'lower',
        detail: toTable(inStore),
      },
    ];
  } finally {
    await small.stop();
    await large.stop();
  }
}

/** A whole server over a database with so many images. */
interface Installation {
  readonly rows: number;
  readonly store: Store;
  readonly client: ApiClient;
  stop(): Promise<void>;
}

async function openInstallation(dataDir: string, postgresUrl: string | undefined, rows: number): Promise<Installation> {
  await mkdir(dataDir);
  const masterKey = randomBytes(32);
  const key = { secretId: 'AKIDbench', secretKey: randomBytes(16).toString('hex') };
  const url = postgresUrl ?? `file:${join(dataDir, 'plimsoll.db')}`;
  const vault = createVault(masterKey);
  await seedImages(url, vault, rows);
  if (postgresUrl) await vacuum(postgresUrl);
  const store = await openStore({ url, vault, now: () => new Date() });
  const config = loadConfig({
    PLIMSOLL_DATA_DIR: dataDir,
    PLIMSOLL_LISTEN: '127.0.0.1:0',
    PLIMSOLL_SECRET_ID: key.secretId,
    PLIMSOLL_SECRET_KEY: key.secretKey,
    PLIMSOLL_MASTER_KEY: masterKey.toString('base64'),
    PLIMSOLL_ADVISORIES_URL: `file://${dataDir}`,
    PLIMSOLL_KEV_URL: `file://${join(dataDir, 'kev.json')}`,
    PLIMSOLL_RATE_LIMIT: '0',
    ...(postgresUrl ? { PLIMSOLL_DATABASE_URL: postgresUrl } : {}),
  });
  const server = await startPlimsoll(config, pino({ level: 'silent' }));
  return {
    rows,
    store,
    client: createApiClient({ endpoint: server.url, ...key }),
    stop: async () => {
      await server.stop();
      await store.close();
    },
  };
}

/** What autovacuum does within a minute or two of a first sync. */
async function vacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function listInStore({ store }: Installation, input: Readonly<Record<string, unknown>>): Promise<number> {
  const { By, Order, Limit, Offset, OnlyShowLatest, Filters } = input as {
    readonly By?: string;
    readonly Order?: string;
    readonly Limit?: number;
    readonly Offset?: number;
    readonly OnlyShowLatest?: boolean;
    readonly Filters?: readonly { readonly Name: string; readonly Values: string[] }[];
  };
  const query: ImageQuery = {
    conditions: toImageConditions(Filters?.map((each) => ({ ...each, ExactMatch: undefined }))),
    latestOnly: OnlyShowLatest ?? false,
    runningOnly: false,
    sort: { key: toSortKey(By, imageSortKeys, 'createdAt'), direction: toDirection(Order) },
    ...toPage({ Limit, Offset }),
  };
  return (await store.images.list(query)).total;
}

async function listThroughApi({ client }: Installation, input: Readonly<Record<string, unknown>>): Promise<number> {
  return Number((await client.call('DescribeAssetImageRegistryList', input)).TotalCount);
}

interface Comparison {
  readonly call: ListCall;
  /** Milliseconds. */
  readonly small: readonly number[];
  readonly large: readonly number[];
  readonly ratio: number;
  /** Rows that match at the large size. */
  readonly total: number;
}

async function compare(
  small: Installation,
  large: Installation,
  list: (installation: Installation, input: Readonly<Record<string, unknown>>) => Promise<number>,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const call of listCalls) {
    const times: { readonly small: number[]; readonly large: number[] } = { small: [], large: [] };
    let total = 0;
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (const [side, installation] of [
        ['small', small],
        ['large', large],
      ] as const) {
        const input = call.input(installation.rows);
        const start = performance.now();
        total = await list(installation, input);
        if (round >= 0) times[side].push(performance.now() - start);
      }
    }
    comparisons.push({ call, ...times, ratio: median(times.large) / median(times.small), total });
  }
  return comparisons;
}

function toTable(comparisons: readonly Comparison[]): string {
  const milliseconds = (values: readonly number[]) =>
    `${median(values).toFixed(2).padStart(7)} ${percentile(values, 99).toFixed(2).padStart(7)}`;
  const mark = ({ call, ratio }: Comparison) => (call.linear ? '~' : ratio > TARGET_RATIO ? '!' : ' ');
  return [
    `${'ms: median and p99 of each'.padEnd(38)} ${'1 000'.padStart(15)} ${'100 000'.padStart(15)}  ratio   matching (~: grows with the rows)`,
    ...comparisons.map((comparison) => {
      const { call, small, large, ratio, total } = comparison;
      const times = `${milliseconds(small)} ${milliseconds(large)} ${ratio.toFixed(2).padStart(6)}`;
      return `${call.name.padEnd(38)} ${times} ${mark(comparison)} ${String(total).padStart(8)}`;
    }),
  ].join('\n');
}
