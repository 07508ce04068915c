import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import type { RegistryLimits } from '../model/registry-budget.ts';
import type { RequestBudget } from '../registries/request-budget.ts';
import type { BudgetStore } from '../store/budgets.ts';
import type { Store } from '../store/store.ts';
import { createRequestBudget } from './create-request-budget.ts';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let id: number;
let writes: number;
const open: RequestBudget[] = [];

beforeEach(async () => {
  engine = await sqliteEngine();
  ({ store, clock } = await openTestStore(engine));
  id = (await store.registries.add(sampleRegistry('first'))).id;
  writes = 0;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((budget) => budget.close()));
  await store.close();
  await engine.stop();
});

const advance = (milliseconds: number) => {
  clock.now = new Date(clock.now.getTime() + milliseconds);
};

/** The part of one process; what it writes is counted. */
function openBudget(defaults: RegistryLimits = {}): RequestBudget {
  const counting: BudgetStore = {
    ...store.budgets,
    draw: (...args) => {
      writes += 1;
      return store.budgets.draw(...args);
    },
    drawTold: (...args) => {
      writes += 1;
      return store.budgets.drawTold(...args);
    },
    tell: (...args) => {
      writes += 1;
      return store.budgets.tell(...args);
    },
  };
  const budget = createRequestBudget({
    registry: { id, host: 'registry.example.com' },
    budgets: counting,
    defaults,
    now: () => clock.now,
    onError: (error) => expect.unreachable(String(error)),
  });
  open.push(budget);
  return budget;
}

async function takeAll(budget: RequestBudget, most: number): Promise<number> {
  for (let taken = 0; taken < most; taken += 1) {
    try {
      await budget.take('manifest', never);
    } catch (error) {
      expect(error).toMatchObject({ code: 'budget-spent', retryable: true, retryAt: expect.any(Date) });
      return taken;
    }
  }
  return most;
}

test('without any limit nothing is written and nothing refused', async () => {
  expect(await takeAll(openBudget(), 1_000)).toBe(1_000);
  expect(writes).toBe(0);
});

test('a request costs a small part of a write', async () => {
  expect(await takeAll(openBudget({ requests: { amount: 3_200, windowMs: HOUR_MS } }), 5_000)).toBe(3_200);
  expect(writes).toBeLessThanOrEqual(34);
});

test('many takers at once share what is drawn', async () => {
  const budget = openBudget({ requests: { amount: 100, windowMs: HOUR_MS } });

  const settled = await Promise.allSettled(Array.from({ length: 300 }, () => budget.take('blob', never)));

  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
});

test('what one process does not use another may', async () => {
  const limits = { requests: { amount: 320, windowMs: HOUR_MS } };
  const first = openBudget(limits);
  await takeAll(first, 1);
  expect(await takeAll(openBudget(limits), 1_000)).toBe(310);

  await first.close();
  advance(6_000);

  expect(await takeAll(openBudget(limits), 1_000)).toBe(9);
});

test('bytes that came close the window; a raised limit opens it within seconds', async () => {
  const budget = openBudget();
  await store.budgets.setLimits(id, { bytes: { amount: 1_000, windowMs: HOUR_MS } });
  await budget.take('blob', never);
  budget.received(5_000);
  expect(await takeAll(budget, 1)).toBe(0);

  await store.budgets.setLimits(id, { bytes: { amount: 10_000, windowMs: HOUR_MS } });
  advance(6_000);

  expect(await takeAll(budget, 1)).toBe(1);
});

test('only what the registry counts is counted', async () => {
  const budget = openBudget();
  budget.told('manifest', { remaining: 0, limit: 100, windowMs: 6 * HOUR_MS });
  await new Promise((resolve) => setTimeout(resolve, 50));

  await budget.take('head', never);
  await budget.take('blob', never);
  expect(await takeAll(budget, 1)).toBe(0);
});

test('a wait of one is the wait of all', async () => {
  const first = openBudget();
  first.closed(new Date(clock.now.getTime() + HOUR_MS));
  expect(await takeAll(first, 1)).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = openBudget();
  expect(await takeAll(second, 1)).toBe(0);

  advance(HOUR_MS);

  expect(await takeAll(first, 1)).toBe(1);
  expect(await takeAll(second, 1)).toBe(1);
});

test('what was fetched is remembered with the time that it took', async () => {
  const budget = openBudget();
  await budget.take('blob', never);
  const closed = budget.blobOpened();
  budget.received(700);
  advance(2_000);
  closed();
  closed();
  advance(5_000);
  await budget.close();

  expect((await store.budgets.traffic()).get(id)).toEqual({ requests: 1, bytes: 700, busyMs: 2_000 });
});
