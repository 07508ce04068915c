import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeClock, openClock } from '../support/open-clock.ts';
import { type FaultLab, type Installation, openFaultLab } from '../support/open-fault-lab.ts';
import { hasDockerRegistry } from '../support/start-docker-registry.ts';
import type { Fault } from '../support/start-faulty-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

// A server and a worker on PostgreSQL, each under a clock of its own (libfaketime), that jumps in the middle of a walk and a scan.
// PLIMSOLL_CLOCK_IMAGES=50 PLIMSOLL_CLOCKS=all makes a long run: docs/guides/scale-out.md.

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const IMAGES = Number(process.env.PLIMSOLL_CLOCK_IMAGES ?? 4);
const ALL = process.env.PLIMSOLL_CLOCKS === 'all';
const DATABASE = 'clocks';
const MOST_SCANS = 10;
/** So that a small scan lasts longer than it takes to set a clock, without work. */
const SLOWLY: Fault = { kind: 'delay', milliseconds: 60 };

interface Clocks {
  readonly server: FakeClock;
  readonly worker: FakeClock;
  readonly database: FakeClock;
}

let folder: string;
let clocks: Clocks | undefined;
let lab: FaultLab | undefined;
let installation: Installation | undefined;
let calm: readonly object[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-clocks-'));
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  clocks = openClocks();
  if (!clocks) return console.warn('SKIPPED: jumps of the clock: libfaketime is not installed (Debian: faketime)');
  if (!hasDockerRegistry()) return console.warn('SKIPPED: jumps of the clock: docker-registry is not installed');
  const { server, worker, database } = clocks;
  lab = await openFaultLab(IMAGES, undefined, database.env);
  installation = await lab?.install(DATABASE, {
    servers: 1,
    workers: 1,
    envOf: (index) => (index === 0 ? server : worker).env,
  });
  const running = installation;
  if (!running) return;
  await setTimetable(running);
  const task = await running.startScan();
  await waitUntil(async () => running.isDone(task));
  calm = await running.findings();
});
beforeEach((context) => {
  if (!lab) context.skip('libfaketime, PostgreSQL or docker-registry is not installed');
});
afterEach(() => {
  lab?.registryProxy.set({ kind: 'none' });
  setAll('+0');
});
afterAll(async () => {
  await installation?.stop();
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

function openClocks(): Clocks | undefined {
  const [server, worker, database] = ['server', 'worker', 'database'].map((name) => openClock(join(folder, name)));
  return server && worker && database ? { server, worker, database } : undefined;
}

function setAll(offset: string): void {
  for (const clock of Object.values(clocks ?? {}) as FakeClock[]) clock.jump(offset);
}

/** Daily, and not due for hours. */
async function setTimetable({ ask }: Installation): Promise<void> {
  const ScanTime = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
  const daily = { ScanPeriod: 1, Enable: true, ScanTime, ScanType: ['CVE'], Images: [], All: true };
  await ask((sdk) => sdk.UpdateImageRegistryTimingScanTask(daily));
}

/** Nothing is known of any image any more, not even of its layers, so that all is read again. */
async function forget({ ask }: Installation): Promise<void> {
  const { List = [] } = await ask((sdk) => sdk.DescribeAssetImageRegistryRegistryList({}));
  for (const { RegistryId = 0 } of List) await ask((sdk) => sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId }));
  await query('delete from artifacts', 'delete from layer_reports');
}

/** The row of the last statement. */
async function query(...statements: readonly string[]): Promise<Record<string, number>> {
  const url = new URL(lab?.postgres.url ?? '');
  url.pathname = `/${DATABASE}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    let rows: Record<string, number>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** What would be stuck for ever, and what must not be lost. */
const state = () =>
  query(`select (select count(*)::int from jobs) as jobs,
    (select count(*)::int from scan_task_images where status in ('queued', 'running')) as images,
    (select count(*)::int from scan_tasks where created_by = 'timetable') as runs,
    (select count(*)::int from audit_log) as audited,
    (select count(*)::int from layer_reports) as reports`);

async function scanWhile(running: Installation, jump: () => void): Promise<number> {
  await forget(running);
  lab?.registryProxy.set(SLOWLY);
  const scanning = running.startScan();
  await delay(300);
  jump();
  const task = await scanning;
  await waitUntil(async () => running.isDone(task));
  lab?.registryProxy.set({ kind: 'none' });
  return task;
}

async function expectCalm(running: Installation, before: Awaited<ReturnType<typeof state>>): Promise<void> {
  expect(await running.findings()).toEqual(calm);
  const after = await state();
  expect(after).toMatchObject({ jobs: 0, images: 0, runs: before.runs });
  expect(after.audited).toBeGreaterThanOrEqual(before.audited ?? 0);
  expect(after.reports).toBe(before.reports);
}

describe('one process has another time than its database', () => {
  const some = [{ who: 'worker', offset: '+400d' }] as const;
  const all = (['server', 'worker'] as const).flatMap((who) =>
    (['+1d', '+400d', '-1h'] as const).map((offset) => ({ who, offset })),
  );
  test.each(ALL ? all : some)('the clock of a $who jumps: $offset', async ({ who, offset }) => {
    if (!clocks || !installation) return;
    const before = await state();
    await scanWhile(installation, () => clocks?.[who].jump(offset));
    await expectCalm(installation, before);
    // It comes back: nothing waits for the time that it had.
    clocks[who].jump('+0');
    const again = await installation.scanAgain();
    await waitUntil(async () => installation?.isDone(again));
    await expectCalm(installation, before);
  });
});

describe('the database itself has another time, and so have its processes', () => {
  test.each(ALL ? ['+1d', '+400d', '-1h'] : ['+400d'])('all clocks jump: %s', async (offset) => {
    if (!installation) return;
    const running = installation;
    const before = await state();
    await forget(running);
    lab?.registryProxy.set(SLOWLY);
    await running.startScan();
    setAll(offset);
    // Whoever signs by the true time is told so; the scan goes on.
    await waitUntil(async () => (await refusalOf(running)) === 'AuthFailure.SignatureExpire');
    await waitUntil(async () => {
      const { jobs, images } = await state();
      return jobs === 0 && images === 0;
    });
    setAll('+0');
    await waitUntil(async () => (await refusalOf(running)) === undefined);
    await scanUntilCalm(running);
    const { runs = 0 } = await state();
    await expectCalm(running, { ...before, runs });
    // Of the days that never were only one asked for a scan.
    expect(runs).toBeLessThanOrEqual((before.runs ?? 0) + 1);
  });
});

/** Every process looks at the database's clock now and then: one that has not yet done so calls the advisories old. */
async function scanUntilCalm(running: Installation): Promise<void> {
  for (let time = 0; time < MOST_SCANS; time++) {
    const again = await running.scanAgain();
    await waitUntil(() => running.isDone(again));
    if (isDeepStrictEqual(await running.findings(), calm)) return;
    await delay(1_000);
  }
}

/** The error code of a signed question, if any. */
async function refusalOf(running: Installation): Promise<string | undefined> {
  try {
    await running.process(0)?.sdk.DescribeAssetSummary();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

test('on SQLite, where the machine has the only clock, it is set ahead in the middle of a scan, and back again', async () => {
  const clock = openClock(join(folder, 'only'));
  if (!clock || !lab) return;
  const server = await lab.installAlone('alone', clock.env);
  try {
    lab.registryProxy.set(SLOWLY);
    const task = await server.startScan();
    clock.jump('+400d');
    const code = await waitUntil(async () => (await refusalOf(server)) ?? false);
    expect(code).toBe('AuthFailure.SignatureExpire');
    await delay(1_500);
    clock.jump('+0');
    await waitUntil(() => server.isDone(task));
    lab.registryProxy.set({ kind: 'none' });
    const again = await server.scanAgain();
    await waitUntil(() => server.isDone(again));
    expect(await server.findings()).toEqual(calm);
  } finally {
    await server.stop();
  }
});
