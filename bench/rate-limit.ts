import { createRateLimit } from '../src/api/protocol/create-rate-limit.ts';
import { createSharedRateLimit } from '../src/api/protocol/create-shared-rate-limit.ts';
import { openStore } from '../src/store/open-store.ts';
import type { ImageQuery, Store } from '../src/store/store.ts';
import { createVault } from '../src/store/vault.ts';
import { startPostgres } from '../test/support/start-postgres.ts';
import type { BenchResult } from './bench-result.ts';
import { seedImages } from './seed-images.ts';
import { median } from './statistics.ts';

const ROWS = 10_000;
const PER_SECOND = 20;
const CALLS = 2_000;
const CALLERS = 8;
const ROUNDS = 7;
const TARGET_RATIO = 1.25;

const firstPage: ImageQuery = {
  conditions: [],
  latestOnly: false,
  runningOnly: false,
  sort: { key: 'createdAt', direction: 'desc' },
  offset: 0,
  limit: 10,
};

/**
 * The query of the list on PostgreSQL, behind a limit that servers share against one that each keeps for itself, in turns. Each
 * key makes as many calls as it may within a second; HTTP and signatures, which hide most of the difference, are left out.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const postgres = await startPostgres();
  if (!postgres) return [];
  const vault = createVault(Buffer.alloc(32, 7));
  await seedImages(postgres.url, vault, ROWS);
  const store = await openStore({ url: postgres.url, vault, now: () => new Date() });
  try {
    const rounds: { readonly shared: number; readonly alone: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const alone = await secondsOf(store, createRateLimit(PER_SECOND), `alone ${round}`);
      const shared = await secondsOf(store, createSharedRateLimit(PER_SECOND, store.rateLimits), `shared ${round}`);
      // The first round warms up.
      if (round > 0) rounds.push({ shared, alone });
    }
    const each = (side: 'shared' | 'alone') =>
      `${((median(rounds.map((one) => one[side])) / CALLS) * 1e6).toFixed(0)} µs`;
    return [
      {
        name: 'list query behind a shared rate limit / behind one of its own',
        ratio: median(rounds.map(({ shared, alone }) => shared / alone)),
        target: TARGET_RATIO,
        better: 'lower',
        detail: `PostgreSQL, ${ROWS} images, ${CALLERS} callers, ${PER_SECOND} calls per key: shared ${each('shared')}, alone ${each('alone')} per call`,
      },
    ];
  } finally {
    await store.close();
    await postgres.stop();
  }
}

async function secondsOf(
  store: Store,
  limit: (secretId: string, action: string) => Promise<void>,
  round: string,
): Promise<number> {
  let next = 0;
  const caller = async () => {
    for (let call = next++; call < CALLS; call = next++) {
      await limit(`${round} key ${Math.floor(call / PER_SECOND)}`, 'DescribeAssetImageRegistryList');
      await store.images.list(firstPage);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return (performance.now() - start) / 1000;
}
