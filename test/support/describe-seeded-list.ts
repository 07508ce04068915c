import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Image } from '../../src/model/image.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from './open-test-store.ts';
import { seededImages, seedImages } from './seed-images.ts';
import { startTestApi, type TestApi } from './start-test-api.ts';
import type { SdkClient } from './start-test-plimsoll.ts';

export type ListRequest = Parameters<SdkClient['DescribeAssetImageRegistryList']>[0];
export type ListRow = NonNullable<Awaited<ReturnType<SdkClient['DescribeAssetImageRegistryList']>>['List']>[number];

export interface FoundRows {
  readonly rows: readonly ListRow[];
  /** TotalCount. */
  readonly total: number;
}

export interface SeededList {
  /** A test on this engine; skipped where the engine is not installed. */
  readonly on: (title: string, run: () => Promise<void>) => void;
  /** DescribeAssetImageRegistryList through the official SDK. */
  readonly list: (request?: ListRequest) => Promise<FoundRows>;
  /** The same, every row, in the order of the seed. */
  readonly whole: (request?: ListRequest) => Promise<FoundRows>;
  /** The seeded rows by tag, as the store has them; read it inside tests. */
  readonly rows: () => ReadonlyMap<string, Image>;
}

/** Tags of the seed in its order, which is that of the ids. */
export const everyTag = seededImages.map(({ tag }) => tag);

export const tagsOf = (rows: readonly ListRow[]): readonly string[] => rows.map((row) => row.ImageTag ?? '');

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;

/** Runs the same tests over `seededImages` on SQLite and on PostgreSQL, through the SDK; the tests only read. */
export function describeSeededList(title: string, define: (list: SeededList) => void): void {
  for (const [name, start] of Object.entries(engines)) {
    describe(`${title} on ${name}`, () => {
      let engine: StoreEngine | undefined;
      let store: Store | undefined;
      let api: TestApi | undefined;
      let rows: ReadonlyMap<string, Image> = new Map();

      beforeAll(async () => {
        engine = await start();
        if (!engine) return;
        const opened = await openTestStore(engine);
        store = opened.store;
        rows = await seedImages(opened.store, opened.url);
        api = await startTestApi(opened.store);
      });
      afterAll(async () => {
        await api?.stop();
        await store?.close();
        await engine?.stop();
      });

      const list = async (request: ListRequest = {}) => {
        if (!api) throw new Error('ask inside a test');
        const { List = [], TotalCount = -1 } = await api.sdk.DescribeAssetImageRegistryList(request);
        return { rows: List, total: TotalCount };
      };
      define({
        on: (testTitle, run) =>
          test(testTitle, async (context) => {
            if (!engine) return context.skip('PostgreSQL is not installed');
            await run();
          }),
        list,
        whole: (request = {}) => list({ Limit: 100, By: 'Id', Order: 'asc', ...request }),
        rows: () => rows,
      });
    });
  }
}
