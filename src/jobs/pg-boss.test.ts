import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, postgresEngine, type StoreEngine } from '../../test/support/open-test-store.ts';
import { runSql } from '../../test/support/run-sql.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../../test/support/sample-images.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { Job, Store } from '../store/store.ts';
import { createWorker, type JobHandler, type JobWorker } from './create-worker.ts';
import type { JobSource } from './job-source.ts';
import { openPgBossQueue } from './pg-boss.ts';

// On a real PostgreSQL; `startPostgres` says where there is none, and these are skipped.

const LEASE_MS = 60_000;
const log = pino({ level: 'silent' });
const done = { done: true } as const;

let engine: StoreEngine | undefined;
let store: Store;
let url: string;
let clock: { now: Date };
let sources: JobSource[];
let workers: JobWorker[];
let given: string[];

beforeAll(async () => {
  engine = await postgresEngine();
});
afterAll(() => engine?.stop());
beforeEach(async (context) => {
  if (!engine) return context.skip();
  ({ store, clock, url } = await openTestStore(engine));
  clock.now = new Date();
  sources = [];
  workers = [];
  given = [];
});
afterEach(async () => {
  await Promise.all((workers ?? []).map((worker) => worker.stop()));
  await Promise.all((sources ?? []).map((source) => source.close()));
  await store?.close();
});

async function openSource(leaseMs = LEASE_MS): Promise<JobSource> {
  const source = await openPgBossQueue({
    url,
    jobs: store.jobs,
    delivery: store.jobDelivery,
    giveUp: async (job, reason, cause) => void given.push(`${job.id} ${reason}, ${cause}`),
    leaseMs,
    now: () => clock.now,
    log,
  });
  return source;
}

async function startWorker(scan: JobHandler, concurrency = 1): Promise<void> {
  const handlers = { sync: async () => done, export: async () => done, scan };
  const source = await openSource();
  const worker = createWorker({
    jobs: store.jobs,
    source,
    handlers,
    giveUp: async () => {},
    name: `worker ${workers.length}`,
    concurrency,
    leaseMs: LEASE_MS,
    now: () => clock.now,
    log,
  });
  workers.push(worker);
  worker.start();
}

async function scanTask(registry: string, images: number, scheduled = false): Promise<number> {
  const { id } = await store.registries.add(sampleRegistry(registry));
  const tags = Array.from({ length: images }, (_, i) => sampleTag(`v${i}`, [sampleImage(`${registry} v${i}`)]));
  await store.images.saveTags(id, 'team/app', tags);
  await store.authorizations.authorize({ selection: { all: true }, cap: 1_000, type: 'manual' });
  const task = await store.tasks.create({
    kinds: ['vulnerability'],
    selection: { all: true },
    createdBy: 'key',
    scheduled,
  });
  return task?.id ?? 0;
}

const isIdle = async () => (await store.jobs.waiting()) === 0;

test('every job is done once, whoever of several processes does it', async () => {
  await scanTask('r', 40);
  const seen: number[] = [];
  const scan: JobHandler = async (job) => {
    seen.push(job.id);
    return done;
  };

  await startWorker(scan, 2);
  await startWorker(scan, 2);
  await waitUntil(isIdle);

  expect(seen).toHaveLength(40);
  expect(new Set(seen).size).toBe(40);
});

test('what a user started comes before the timetable, and every registry has its turn', async () => {
  await scanTask('planned', 3, true);
  await scanTask('large', 6);
  await scanTask('small', 2);
  const registries = new Map((await listRegistries()).map(({ id, name }) => [id, name]));
  const order: string[] = [];

  await startWorker(async ({ registryId = 0 }) => {
    order.push(registries.get(registryId) ?? '');
    return done;
  });
  await waitUntil(isIdle);

  expect(order.slice(0, 4).sort()).toEqual(['large', 'large', 'small', 'small']);
  expect(order.slice(4)).toEqual(['large', 'large', 'large', 'large', 'planned', 'planned', 'planned']);
});

const listRegistries = async () =>
  (await store.registries.list({ conditions: [], sort: { key: 'id', direction: 'asc' }, offset: 0, limit: 10 })).rows;

test('a job that was cancelled before it was delivered is not done', async () => {
  const task = await scanTask('r', 5);
  await store.tasks.cancel(task);
  const seen: Job[] = [];

  await startWorker(async (job) => {
    seen.push(job);
    return done;
  });
  await waitUntil(isIdle);

  expect(seen).toEqual([]);
});

test('a job put back for later is delivered again when its time has come', async () => {
  await scanTask('r', 1);
  const attempts: number[] = [];

  await startWorker(async (job) => {
    attempts.push(job.attempt);
    return job.attempt === 1 ? { done: false, retryAt: new Date(clock.now.getTime() + 5_000) } : done;
  });
  await waitUntil(async () => attempts.length === 1);
  clock.now = new Date(clock.now.getTime() + 5_000);
  await waitUntil(isIdle);

  expect(attempts).toEqual([1, 2]);
});

test('the job of a worker that died is done by another', async () => {
  await scanTask('r', 1);
  const dead = await openSource();
  const claimed = await waitUntil(() => dead.next('dies'));
  await dead.close();

  const seen: Job[] = [];
  await startWorker(async (job) => {
    seen.push(job);
    return done;
  });
  clock.now = new Date(clock.now.getTime() + LEASE_MS + 1);
  await store.jobs.release(clock.now, false);
  await waitUntil(isIdle);

  expect(seen).toMatchObject([{ id: claimed.job.id, attempt: 2 }]);
});

describe('a job that nobody can do', () => {
  test('is tried again with growing waits', async () => {
    await scanTask('r', 1);
    const at: number[] = [];

    await startWorker(async () => {
      at.push(performance.now());
      if (at.length < 3) throw new Error('a defect');
      return done;
    });
    await waitUntil(isIdle);

    expect(at).toHaveLength(3);
  });

  test('and whose deliveries have all failed is given up, and does not come again', async () => {
    await scanTask('r', 1);
    const source = await openSource();
    sources.push(source);
    const claimed = await waitUntil(() => source.next('worker'));
    // As at the last retry; to wait for eleven of them would take minutes.
    await runSql(url, "update plimsoll_jobs.job set retry_limit = 0 where name = 'jobs'");
    await claimed.failed(Object.assign(new Error('nothing can be saved'), { code: 'ENOSPC' }));

    await waitUntil(isIdle);

    expect(given).toEqual([`${claimed.job.id} given up after 11 deliveries that failed, disk-full`]);
  });
});
