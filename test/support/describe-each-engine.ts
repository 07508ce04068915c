import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, postgresEngine, type StoreEngine, sqliteEngine } from './open-test-store.ts';

/** What a test of the store works with; read its members inside the tests, they are new for each. */
export interface EngineFixture {
  readonly engine: StoreEngine;
  readonly store: Store;
  /** The store's time. */
  readonly clock: { now: Date };
  /** Of this test's own database. */
  readonly url: string;
}

const engines = { sqlite: sqliteEngine, postgres: postgresEngine } as const;

/** Runs the same tests on SQLite and on PostgreSQL, each on a fresh database; skips loudly where there is no PostgreSQL. */
export function describeEachEngine(title: string, define: (fixture: EngineFixture) => void): void {
  for (const [name, start] of Object.entries(engines)) {
    describe(`${title} on ${name}`, () => {
      let engine: StoreEngine | undefined;
      let opened: Awaited<ReturnType<typeof openTestStore>> | undefined;
      const present = <T>(value: T | undefined): T => {
        if (value === undefined) throw new Error('read the fixture inside a test');
        return value;
      };

      beforeAll(async () => {
        engine = await start();
      });
      afterAll(() => engine?.stop());
      beforeEach(async (context) => {
        if (!engine) return context.skip('PostgreSQL is not installed');
        opened = await openTestStore(engine);
      });
      afterEach(async () => {
        await opened?.store.close();
        opened = undefined;
      });

      define({
        get engine() {
          return present(engine);
        },
        get store() {
          return present(opened).store;
        },
        get clock() {
          return present(opened).clock;
        },
        get url() {
          return present(opened).url;
        },
      });
    });
  }
}
