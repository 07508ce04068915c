import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toImageConditions } from '../src/api/image-filters.ts';
import { imageSortKeys } from '../src/api/image-sort-keys.ts';
import { toDirection, toPage, toSortKey } from '../src/api/paging.ts';
import type { ImageQuery } from '../src/store/store.ts';
import { postgresEngine, type StoreEngine } from '../test/support/open-test-store.ts';
import type { BenchResult } from './bench-result.ts';
import { type ListCall, type ListInput, listCalls } from './list-calls.ts';
import { type Installation, startInstallation } from './start-installation.ts';
import { geometricMean, median, percentile } from './statistics.ts';

/** A million takes a quarter of an hour to make. */
const LARGE_ROWS = Number(process.env.PLIMSOLL_BENCH_IMAGES ?? 100_000);
const SMALL_ROWS = LARGE_ROWS / 100;
const ROUNDS = 100;
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
  const small = await startInstallation(join(folder, `${engine}-small`), await postgres?.freshUrl(), SMALL_ROWS);
  const start = performance.now();
  const large = await startInstallation(join(folder, `${engine}-large`), await postgres?.freshUrl(), LARGE_ROWS);
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

async function listInStore({ store }: Installation, input: ListInput): Promise<number> {
  const { By, Order, Limit, Offset, OnlyShowLatest, Filters } = input;
  const query: ImageQuery = {
    conditions: toImageConditions(Filters?.map((each) => ({ ...each, ExactMatch: undefined }))),
    latestOnly: OnlyShowLatest ?? false,
    runningOnly: false,
    sort: { key: toSortKey(By, imageSortKeys, 'createdAt'), direction: toDirection(Order) },
    ...toPage({ Limit, Offset }),
  };
  return (await store.images.list(query)).total;
}

async function listThroughApi({ client }: Installation, input: ListInput): Promise<number> {
  return Number((await client.call('DescribeAssetImageRegistryList', input)).TotalCount);
}

interface Measured {
  readonly call: ListCall;
  /** Milliseconds. */
  readonly small: number[];
  readonly large: number[];
  /** Rows that match at the large size. */
  total: number;
}

type Comparison = Measured & { readonly ratio: number };

async function compare(
  small: Installation,
  large: Installation,
  list: (installation: Installation, input: ListInput) => Promise<number>,
): Promise<readonly Comparison[]> {
  const sides = { small, large };
  const measured = listCalls.map((call): Measured => ({ call, small: [], large: [], total: 0 }));
  // Each round makes every call, so that what else the machine does hits all of them alike; neither side is always first.
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const each of measured) {
      for (const side of round % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)) {
        const input = each.call.input(sides[side].rows);
        const start = performance.now();
        each.total = await list(sides[side], input);
        if (round >= 0) each[side].push(performance.now() - start);
      }
    }
  }
  return measured.map((each) => ({ ...each, ratio: median(each.large) / median(each.small) }));
}

function toTable(comparisons: readonly Comparison[]): string {
  const milliseconds = (values: readonly number[]) =>
    `${median(values).toFixed(2).padStart(7)} ${percentile(values, 99).toFixed(2).padStart(7)}`;
  const mark = ({ call, ratio }: Comparison) => (call.linear ? '~' : ratio > TARGET_RATIO ? '!' : ' ');
  return [
    `${'ms: median and p99 of each'.padEnd(38)} ${String(SMALL_ROWS).padStart(15)} ${String(LARGE_ROWS).padStart(15)}  ratio   matching (~: grows with the rows)`,
    ...comparisons.map((comparison) => {
      const { call, small, large, ratio, total } = comparison;
      const times = `${milliseconds(small)} ${milliseconds(large)} ${ratio.toFixed(2).padStart(6)}`;
      return `${call.name.padEnd(38)} ${times} ${mark(comparison)} ${String(total).padStart(8)}`;
    }),
  ].join('\n');
}
