import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestStore, type StoreEngine, sqliteEngine } from '../../test/support/open-test-store.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../../test/support/sample-images.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { Job, Store } from '../store/store.ts';
import { createWorker, type JobHandler, type JobWorker, type JobWorkerDeps } from './create-worker.ts';

const LEASE_MS = 60;
const log = pino({ level: 'silent' });
const done = { done: true } as const;

let engine: StoreEngine;
let store: Store;
let clock: { now: Date };
let workers: JobWorker[];

beforeAll(async () => {
  engine = await sqliteEngine();
});
afterAll(() => engine.stop());
beforeEach(async () => {
  ({ store, clock } = await openTestStore(engine));
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await store.close();
});

/** A started worker whose scans are done by `scan`; every other kind of job is done at once. */
function startWorker(scan: JobHandler, overrides: Partial<JobWorkerDeps> = {}): JobWorker {
  const handlers = { sync: async () => done, export: async () => done, scan };
  const worker = createWorker({
    jobs: store.jobs,
    handlers,
    giveUp: async () => {},
    name: `worker ${workers.length}`,
    concurrency: 1,
    leaseMs: LEASE_MS,
    now: () => clock.now,
    log,
    ...overrides,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

async function scanTask(images: number): Promise<number> {
  const { id } = await store.registries.add(sampleRegistry('r'));
  await store.images.saveTags(
    id,
    'team/app',
    Array.from({ length: images }, (_, i) => sampleTag(`v${i}`, [sampleImage(`v${i}`)])),
  );
  await store.authorizations.authorize({ selection: { all: true }, cap: images, type: 'manual' });
  const task = await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'key' });
  return task?.id ?? 0;
}

const isIdle = async () => (await store.jobs.waiting()) === 0;
const advance = (milliseconds: number) => {
  clock.now = new Date(clock.now.getTime() + milliseconds);
};
/** Settles when the signal fires, with its reason. */
const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
const untilStopped: JobHandler = async (_, signal) => {
  throw await aborted(signal);
};

test('jobs are done in their order, each once, and are gone', async () => {
  await scanTask(5);
  const seen: number[] = [];

  startWorker(async (job) => {
    seen.push(job.id);
    return done;
  });
  await waitUntil(isIdle);

  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBe(5);
});

test('as many at once as the concurrency says, and no more', async () => {
  await scanTask(12);
  let running = 0;
  let most = 0;
  const allThere = Promise.withResolvers<void>();

  startWorker(
    async () => {
      most = Math.max(most, ++running);
      if (running === 3) allThere.resolve();
      await allThere.promise;
      running--;
      return done;
    },
    { concurrency: 3 },
  );
  await waitUntil(isIdle);

  expect(most).toBe(3);
});

test('a job that is to be tried again waits until its time', async () => {
  await scanTask(1);
  const attempts: number[] = [];

  startWorker(async (job) => {
    attempts.push(job.attempt);
    return job.attempt === 1 ? { done: false, retryAt: new Date(clock.now.getTime() + 5_000) } : done;
  });
  await waitUntil(async () => attempts.length === 1);
  expect(await store.jobs.claim('another', clock.now, LEASE_MS)).toBeUndefined();
  advance(5_000);
  await waitUntil(isIdle);

  expect(attempts).toEqual([1, 2]);
});

test('a job that is stopped by its task tells its handler, and is not finished by us', async () => {
  const taskId = await scanTask(1);
  const started = Promise.withResolvers<Job>();
  const ended = Promise.withResolvers<unknown>();

  startWorker(async (job, signal) => {
    started.resolve(job);
    ended.resolve(await aborted(signal));
    return done;
  });
  await started.promise;
  await store.tasks.cancel(taskId);

  expect(await ended.promise).toMatchObject({ code: 'canceled', message: 'the job was stopped' });
});

describe('a lease', () => {
  test('that was lost to another worker stops the first one, whose end no longer counts', async () => {
    await scanTask(1);
    const begun = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<unknown>();
    startWorker(async (_, signal) => {
      begun.resolve();
      lost.resolve(await aborted(signal));
      return done;
    });
    await begun.promise;
    await store.jobs.release(clock.now, true);
    const taken = await store.jobs.claim('another', clock.now, 60_000);

    expect(await lost.promise).toMatchObject({ code: 'canceled' });

    expect(await store.jobs.renew(taken?.id ?? 0, 'another', clock.now, 60_000)).toBe(true);
  });

  test('that was lost to another loop of the same worker stops the first one, too', async () => {
    await scanTask(1);
    const signals: AbortSignal[] = [];
    startWorker(
      async (_, signal) => {
        signals.push(signal);
        if (signals.length === 1) throw await aborted(signal);
        return done;
      },
      { concurrency: 2 },
    );
    await waitUntil(async () => signals.length === 1);

    await store.jobs.release(clock.now, true);
    await waitUntil(isIdle);

    expect(signals.length).toBeGreaterThanOrEqual(2);
    await waitUntil(async () => signals[0]?.aborted === true);
  });

  test('that cannot be renewed is tried again, and given up when it has run out', async () => {
    await scanTask(1);
    const refused = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<unknown>();
    let renewals = 0;
    startWorker(
      async (_, signal) => {
        lost.resolve(await aborted(signal));
        return done;
      },
      {
        jobs: {
          ...store.jobs,
          renew: async () => {
            if (++renewals === 3) refused.resolve();
            throw new Error('the database does not answer');
          },
        },
        leaseMs: 300,
      },
    );
    await refused.promise;
    // A clock that is set makes no difference.
    advance(86_400_000);

    expect(await lost.promise).toMatchObject({ message: 'the lease of the job has run out' });
  });
});

describe('stopping', () => {
  test('hands back what runs, at once and without counting the attempt', async () => {
    const taskId = await scanTask(1);
    const begun = Promise.withResolvers<void>();
    const worker = startWorker(async (job, signal) => {
      await store.tasks.start(taskId, job.imageId ?? 0, ['vulnerability']);
      begun.resolve();
      return untilStopped(job, signal);
    });
    await begun.promise;
    expect((await store.tasks.progress(taskId, 1))?.images[0]).toMatchObject({ status: 'scanning' });

    await worker.stop();

    expect((await store.tasks.progress(taskId, 1))?.images[0]).toMatchObject({
      status: 'not-scanned',
      image: { scanStatus: 'not-scanned' },
    });
    expect(await store.jobs.claim('another', clock.now, LEASE_MS)).toMatchObject({ attempt: 1 });
  });

  test('lets a job that ends anyway end', async () => {
    await scanTask(1);
    const begun = Promise.withResolvers<void>();
    const worker = startWorker(async (_, signal) => {
      begun.resolve();
      await aborted(signal);
      return done;
    });
    await begun.promise;

    await worker.stop();

    expect(await store.jobs.waiting()).toBe(0);
  });

  test('without any job is immediate', async () => {
    const worker = startWorker(async () => done);

    await worker.stop();

    expect(await store.jobs.waiting()).toBe(0);
  });
});

describe('trouble', () => {
  test('a handler that throws is tried again later and later', async () => {
    await scanTask(1);
    const waits: number[] = [];
    startWorker(async () => Promise.reject(new Error('a defect')), {
      jobs: {
        ...store.jobs,
        retry: async (id, worker, at) => {
          waits.push(at.getTime() - clock.now.getTime());
          await store.jobs.retry(id, worker, clock.now);
        },
      },
    });

    await waitUntil(async () => waits.length >= 7);

    expect(waits.slice(0, 7)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('a job that fails to its last attempt is given up with the cause of the last', async () => {
    await scanTask(1);
    const given: string[] = [];
    startWorker(async () => Promise.reject(Object.assign(new Error('nothing can be saved'), { code: 'ENOSPC' })), {
      jobs: { ...store.jobs, retry: (id, worker) => store.jobs.retry(id, worker, clock.now) },
      giveUp: async (_, reason, cause) => void given.push(`${cause}: ${reason}`),
    });

    await waitUntil(isIdle);

    expect(given).toEqual(['disk-full: given up after 25 attempts that did not end']);
  });

  test('a job that never ends is given up with what happened', async () => {
    await scanTask(1);
    const job = await store.jobs.claim('dies', clock.now, LEASE_MS);
    for (let death = 1; death < 25; death++) {
      await store.jobs.release(clock.now, true);
      await store.jobs.claim('dies', clock.now, LEASE_MS);
    }
    await store.jobs.release(clock.now, true);
    const given: [number, string][] = [];
    let handled = false;

    startWorker(
      async () => {
        handled = true;
        return done;
      },
      {
        giveUp: async ({ id }, reason) => {
          given.push([id, reason]);
        },
      },
    );
    await waitUntil(isIdle);

    expect(given).toEqual([[job?.id, expect.stringContaining('25 attempts')]]);
    expect(handled).toBe(false);
  });

  test('a queue that cannot be reached is asked again', async () => {
    await scanTask(1);
    let asked = 0;
    startWorker(async () => done, {
      jobs: {
        ...store.jobs,
        claim: (...rest) =>
          asked++ === 0 ? Promise.reject(new Error('the database does not answer')) : store.jobs.claim(...rest),
      },
    });

    await waitUntil(isIdle);

    expect(asked).toBeGreaterThan(1);
  });
});
