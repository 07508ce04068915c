import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { pino } from 'pino';
import { createWorker } from '../src/jobs/create-worker.ts';
import { openPgBossQueue } from '../src/jobs/pg-boss.ts';
import { openStore } from '../src/store/open-store.ts';
import { createVault } from '../src/store/vault.ts';
import { type FaultLab, openFaultLab } from '../test/support/open-fault-lab.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../test/support/sample-images.ts';
import { createDatabase } from '../test/support/template-databases.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import type { BenchResult } from './bench-result.ts';
import { bindToProcessor } from './bind-to-processor.ts';

const IMAGES = 60;
const SERVERS = 1;
/** Threads, rules and WebAssembly of every process have started by then. */
const STARTED = 0.4;
const LAYER_BYTES = 24_000_000;
const IDLE_JOBS = 1_000;
const WORKERS = [1, 2, 4];
const LEAST_GAIN = 1.4;
const MOST_OVERHEAD = 0.05;

/**
 * The scans of a real registry over one, two and four worker processes of one thread each, on a real PostgreSQL; and jobs that do
 * nothing. Each worker has one processor, the database and the registry have what is left: a worker alone would take what a second
 * one brings.
 */
export async function run(): Promise<readonly BenchResult[]> {
  const lab = await openFaultLab(IMAGES, LAYER_BYTES);
  if (!lab) return [];
  try {
    const seconds: number[] = [];
    for (const workers of WORKERS) seconds.push(await scanAll(lab, workers));
    const [one = 0, two = 0, four = 0] = seconds;
    const perJob = await idleSeconds(lab);
    return [
      {
        name: 'scans a second: two workers / one',
        ratio: one / two,
        target: LEAST_GAIN,
        better: 'higher',
        detail: WORKERS.map((n, at) => `${n} workers: ${IMAGES} images in ${seconds[at]?.toFixed(1)} s`).join('; '),
      },
      {
        name: `scans a second: four workers / one, ${availableParallelism()} processors`,
        ratio: one / four,
        target: availableParallelism() >= 4 ? LEAST_GAIN : 1,
        better: 'higher',
        detail: 'where processors are fewer than workers, these share them: no slower than one',
      },
      {
        name: 'queue per image / scan',
        ratio: perJob / (one / IMAGES),
        target: MOST_OVERHEAD,
        better: 'lower',
        detail: `${(perJob * 1000).toFixed(1)} ms for a job that does nothing, ${((one / IMAGES) * 1000).toFixed(0)} ms for a scan of ${LAYER_BYTES / 1e6} MB by one worker`,
      },
    ];
  } finally {
    await lab.stop();
  }
}

async function scanAll(lab: FaultLab, workers: number): Promise<number> {
  const env = { PLIMSOLL_WORKERS: '1' };
  const installation = await lab.install(`workers_${workers}`, {
    servers: SERVERS,
    workers,
    env,
    idleServers: true,
    direct: true,
  });
  try {
    for (let at = 0; at < workers; at++) {
      const worker = installation.process(at + SERVERS);
      if (worker && !(await bindToProcessor(worker.pid, at % availableParallelism())))
        console.warn('workers have no processor of their own; missing: taskset (util-linux)');
    }
    const task = await installation.startScan();
    await waitUntil(async () => (await installation.progress(task)) >= STARTED * 100);
    const [start, from] = [performance.now(), await installation.progress(task)];
    await waitUntil(() => installation.isDone(task));
    return (performance.now() - start) / 1000 / ((100 - from) / 100);
  } finally {
    await installation.stop();
  }
}

/** Of one job, from the queue and back, when nothing is done with it. */
async function idleSeconds(lab: FaultLab): Promise<number> {
  const url = await createDatabase(lab.postgres.url, 'idle');
  const now = () => new Date();
  const store = await openStore({ url, vault: createVault(randomBytes(32)), now });
  const { id } = await store.registries.add(sampleRegistry('r'));
  const tags = Array.from({ length: IDLE_JOBS }, (_, at) => sampleTag(`v${at}`, [sampleImage(`v${at}`)]));
  await store.images.saveTags(id, 'team/app', tags);
  await store.authorizations.authorize({ selection: { all: true }, cap: IDLE_JOBS, type: 'manual' });
  await store.tasks.create({ kinds: ['vulnerability'], selection: { all: true }, createdBy: 'bench' });
  const log = pino({ level: 'silent' });
  const leaseMs = 60_000;
  const giveUp = async () => {};
  const source = await openPgBossQueue({
    url,
    jobs: store.jobs,
    delivery: store.jobDelivery,
    giveUp,
    leaseMs,
    now,
    log,
  });
  let done = 0;
  let start = 0;
  let end = 0;
  const handle = async () => {
    done++;
    if (done === IDLE_JOBS / 10) start = performance.now();
    if (done === IDLE_JOBS) end = performance.now();
    return { done: true } as const;
  };
  const handlers = { scan: handle, sync: handle, export: handle };
  const worker = createWorker({
    jobs: store.jobs,
    source,
    handlers,
    giveUp,
    name: 'w',
    concurrency: 1,
    leaseMs,
    now,
    log,
  });
  worker.start();
  await waitUntil(async () => end > 0);
  await worker.stop();
  await store.close();
  return (end - start) / 1000 / (IDLE_JOBS * 0.9);
}
