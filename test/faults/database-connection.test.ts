import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isDatabaseTrouble } from '../../src/store/is-database-trouble.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createVault } from '../../src/store/vault.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/start-faulty-proxy.ts';
import { type PrivatePostgres, startPostgres } from '../support/start-postgres.ts';

// The connection to PostgreSQL breaks, or falls silent, after each so many bytes of answers in the middle of transactions: what was
// acknowledged is there, what was not is there as a whole or not at all, and once more makes it as it should be.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const FULL = process.env.PLIMSOLL_FAULT_MATRIX === 'full';
const LAST_BYTE = 3_000;
const STEP = FULL ? 20 : 300;
const TAGS = 5;

let postgres: PrivatePostgres | undefined;
let proxy: FaultyProxy;
let store: Store;
let truth: Store;

beforeAll(async () => {
  postgres = await startPostgres({ durable: true });
  if (!postgres) return;
  proxy = await startFaultyProxy(Number(new URL(postgres.url).port));
  const url = new URL(postgres.url);
  const open = (at: URL) => openStore({ url: at.href, vault: createVault(Buffer.alloc(32, 7)) });
  truth = await open(url);
  url.port = String(proxy.port);
  store = await open(url);
});
beforeEach((context) => {
  if (!postgres) context.skip('PostgreSQL is not installed');
});
afterEach(() => proxy?.set({ kind: 'none' }));
afterAll(async () => {
  await store?.close();
  await truth?.close();
  await proxy?.stop();
  await postgres?.stop();
});

const tags = (seed: string) =>
  Array.from({ length: TAGS }, (_, at) => sampleTag(`v${at}`, [sampleImage(`${seed} ${at}`)]));
const tagsOf = async (id: number, repository: string) => (await truth.images.knownTags(id, repository)).size;

test.each(['reset', 'silence'] as const)('%s in the middle of a transaction', async (kind) => {
  const { id } = await store.registries.add(sampleRegistry(kind));
  let broken = 0;
  let acknowledged = 0;
  for (let bytes = 0; bytes <= LAST_BYTE; bytes += STEP) {
    const repository = `${kind}/${bytes}`;
    // New connections, whose bytes count from the first.
    proxy.cut();
    await delay(20);
    proxy.set(kind === 'reset' ? { kind, bytes } : { kind: 'stall', bytes });
    const saving = store.images.saveTags(id, repository, tags(repository)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (kind === 'silence') {
      await Promise.race([saving, delay(200)]);
      proxy.cut();
    }
    const error = await saving;
    proxy.set({ kind: 'none' });
    if (error === undefined) acknowledged++;
    else broken++;
    if (error !== undefined) expect(error).toSatisfy(isDatabaseTrouble);
    const there = await tagsOf(id, repository);
    expect(error === undefined ? [TAGS] : [0, TAGS]).toContain(there);
    await store.images.saveTags(id, repository, tags(repository));
    expect(await tagsOf(id, repository)).toBe(TAGS);
  }
  console.info(`${kind}: ${broken} transactions broke, ${acknowledged} were acknowledged`);
  expect(broken).toBeGreaterThan(0);
});
