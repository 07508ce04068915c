import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { seededRandom } from '../../bench/seeded-random.ts';
import { type FaultLab, type Installation, openFaultLab } from '../support/open-fault-lab.ts';
import { hasDockerRegistry } from '../support/start-docker-registry.ts';
import type { Fault } from '../support/start-faulty-proxy.ts';
import { waitUntil } from '../support/wait-until.ts';

// A server and two workers on one PostgreSQL list and scan a real registry while something goes wrong: in the end everything is as
// after a calm run. The same processes go through one trouble after the other: starting them is most of the work.
// PLIMSOLL_FAULT_IMAGES=200 makes a long run: docs/guides/scale-out.md.

const IMAGES = Number(process.env.PLIMSOLL_FAULT_IMAGES ?? 8);
vi.setConfig({ testTimeout: 900_000 + IMAGES * 10_000, hookTimeout: 600_000 + IMAGES * 5_000 });

/** From one `kill -9` to the next, at most; a fourth of it at least. */
const KILL_EVERY_MS = Number(process.env.PLIMSOLL_FAULT_KILL_SECONDS ?? 2) * 1_000;
/** So that the scan of small images lasts as long as the trouble does, without work. */
const SLOWLY: Fault = { kind: 'delay', milliseconds: 150 };
const DATABASE = 'faults';

let lab: FaultLab | undefined;
let installation: Installation | undefined;
let calm: readonly object[];

beforeAll(async () => {
  if (!hasDockerRegistry())
    return console.warn('SKIPPED: faults of several processes: docker-registry is not installed');
  lab = await openFaultLab(IMAGES);
  if (!lab) return;
  const first = await lab.install(DATABASE);
  installation = first;
  const task = await first.startScan();
  await waitUntil(() => first.isDone(task));
  calm = await first.findings();
});
beforeEach((context) => {
  if (!lab) context.skip('PostgreSQL or docker-registry is not installed');
});
afterEach(() => {
  lab?.registryProxy.set({ kind: 'none' });
  lab?.databaseProxy.set({ kind: 'none' });
});
afterAll(async () => {
  await installation?.stop();
  await lab?.stop();
});

/** Disturbs for as long as it is not done, and returns how often. */
type Disturb = (lab: FaultLab, installation: Installation, isDone: () => boolean) => Promise<number>;

/** `again`: what failed for good, as it may where the registry is what fails, is scanned once more when all is well. */
async function expectSameAfter(name: string, disturb: Disturb, { again = false } = {}) {
  if (!lab || !installation) return;
  const running = installation;
  await forget(lab, running);
  const started = performance.now();
  lab.registryProxy.set(SLOWLY);
  let isDone = false;
  const disturbing = disturb(lab, running, () => isDone);
  const task = await running.startScan();
  await waitUntil(() => running.isDone(task));
  isDone = true;
  const disturbances = await disturbing;
  lab.registryProxy.set({ kind: 'none' });
  if (again) {
    const second = await running.scanAgain();
    await waitUntil(() => running.isDone(second));
  }
  const found = await running.findings();
  console.info(
    `${name}: ${IMAGES} images, ${disturbances} disturbances, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  expect(disturbances).toBeGreaterThan(0);
  expect(found).toEqual(calm);
  expect(await unfinished(lab)).toEqual({ jobs: 0, images: 0 });
  expect(await running.leftovers()).toEqual([]);
}

/** Nothing is known of any image any more, not even of its layers, so that all is read again. */
async function forget(lab: FaultLab, { ask }: Installation): Promise<void> {
  const { List = [] } = await ask((sdk) => sdk.DescribeAssetImageRegistryRegistryList({}));
  for (const { RegistryId = 0 } of List) await ask((sdk) => sdk.RemoveAssetImageRegistryRegistryDetail({ RegistryId }));
  await query(lab, 'delete from artifacts', 'delete from layer_reports');
}

/** What would be stuck for ever. */
async function unfinished(lab: FaultLab) {
  const [row] = await query(
    lab,
    `select (select count(*)::int from jobs) as jobs,
       (select count(*)::int from scan_task_images where status in ('queued', 'running')) as images`,
  );
  return row;
}

/** The rows of the last statement. */
async function query({ postgres }: FaultLab, ...statements: readonly string[]) {
  const url = new URL(postgres.url);
  url.pathname = `/${DATABASE}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    let rows: readonly object[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

test('the calm run finds something in every image', () => {
  if (!lab) return;
  expect(calm).toHaveLength(IMAGES);
  for (const image of calm)
    expect(image).toMatchObject({ vulnerabilities: expect.arrayContaining([expect.anything()]) });
});

describe('in the end everything is as after a calm run', () => {
  test('when random processes are killed, one after the other', async () => {
    const random = seededRandom(6);
    await expectSameAfter('killed', async (_, { replace, processes }, isDone) => {
      let kills = 0;
      while (!isDone()) {
        await delay((0.25 + 0.75 * random()) * KILL_EVERY_MS);
        await replace(Math.floor(random() * processes));
        kills++;
        if (kills % 20 === 0)
          console.info(`${kills} kills, ${JSON.stringify(lab && (await unfinished(lab)))} unfinished`);
      }
      return kills;
    });
  });

  test('when PostgreSQL is restarted, and when it crashes', async () => {
    await expectSameAfter('restarted', async ({ postgres }, _, isDone) => {
      let restarts = 0;
      for (; !isDone() && restarts < 4; restarts++) {
        await delay(1_000);
        await postgres.restart(restarts % 2 === 0 ? 'shut down' : 'kill');
      }
      return restarts;
    });
  });

  test('when connections to PostgreSQL break, stall and are refused', async () => {
    const faults: readonly Fault[] = [{ kind: 'refuse' }, { kind: 'stall' }, { kind: 'delay', milliseconds: 30 }];
    await expectSameAfter('cut', async ({ databaseProxy }, _, isDone) => {
      let cuts = 0;
      for (; !isDone() && cuts < 6; cuts++) {
        await delay(700);
        databaseProxy.set(faults[cuts % faults.length] ?? { kind: 'none' });
        databaseProxy.cut();
        await delay(700);
        databaseProxy.set({ kind: 'none' });
      }
      return cuts;
    });
  });

  test('when PostgreSQL has no connection left', async () => {
    await expectSameAfter('exhausted', async ({ postgres }, _, isDone) => {
      let rounds = 0;
      for (; !isDone() && rounds < 2; rounds++) {
        const held = await holdConnections(postgres.url);
        await delay(2_000);
        await Promise.all(held.map((client) => client.end()));
        await delay(500);
      }
      return rounds;
    });
  });

  test('when the registry is down, slow, and breaks off in the middle of answers', async () => {
    const faults: readonly Fault[] = [
      { kind: 'refuse' },
      { kind: 'delay', milliseconds: 200 },
      { kind: 'truncate', bytes: 700 },
      { kind: 'reset', bytes: 900 },
      { kind: 'none' },
    ];
    await expectSameAfter(
      'registry',
      async ({ registryProxy }, _, isDone) => {
        let changes = 0;
        for (; !isDone() && changes < 10; changes++) {
          await delay(700);
          registryProxy.set(faults[changes % faults.length] ?? { kind: 'none' });
        }
        registryProxy.set({ kind: 'none' });
        return changes;
      },
      { again: true },
    );
  });
});

/** All that the server gives. */
async function holdConnections(url: string): Promise<readonly pg.Client[]> {
  const held: pg.Client[] = [];
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      held.push(client);
    } catch {
      return held;
    }
  }
}
