import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { migrate, migrations, type SchemaVersion } from '../../src/store/migrate.ts';
import { type FaultLab, openFaultLab } from '../support/open-fault-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

// PLIMSOLL_FAULT_IMAGES=200 makes the long run.
const IMAGES = Number(process.env.PLIMSOLL_FAULT_IMAGES ?? 8);
const newest = Object.keys(migrations).toSorted().at(-1) ?? '';

let lab: FaultLab | undefined;
beforeAll(async () => {
  lab = await openFaultLab(IMAGES);
});
afterAll(() => lab?.stop());

/** The version after ours: it adds a table, columns with and without a default, and an index where scans write. */
const expanding: SchemaVersion = {
  migrations: {
    ...migrations,
    '9998-expand': () => ({
      up: async (db) => {
        await sql`create table later (id bigint primary key, image_id bigint)`.execute(db);
        await sql`alter table images add column later_text text`.execute(db);
        await sql`alter table jobs add column later_number integer not null default 7`.execute(db);
        await sql`create index later_images on images (later_text, id)`.execute(db);
      },
    }),
  },
  oldestCode: newest,
};

/** The one after that: it takes away what ours writes to. */
const contracting: SchemaVersion = {
  migrations: {
    ...expanding.migrations,
    '9999-contract': () => ({
      up: async (db) => {
        await sql`alter table jobs rename column attempt to attempts`.execute(db);
      },
    }),
  },
  oldestCode: '9998-expand',
};

async function upgrade(url: string, version: SchemaVersion): Promise<void> {
  const database = openDatabase(url);
  await migrate(database, version);
  await database.close();
}

test('processes of this version go on, and start, on the tables of the next one, and end by themselves on those of the one after it', async (context) => {
  if (!lab) return context.skip('PostgreSQL is not installed');
  const calm = await lab.install('calm', { workers: 0 });
  const calmTask = await calm.startScan();
  await waitUntil(() => calm.isDone(calmTask));
  const expected = await calm.findings();
  await calm.stop();

  const old = await lab.install('upgraded', { workers: 1 });
  const task = await old.startScan();
  await upgrade(old.databaseUrl, expanding);
  // A process of the old version that dies in the meantime is started anew, such as by the platform.
  await old.replace(1);
  await old.replace(0);
  await waitUntil(() => old.isDone(task));
  expect(await old.findings()).toEqual(expected);

  await upgrade(old.databaseUrl, contracting);
  const ends = await Promise.all([0, 1].map((index) => old.process(index)?.ended));
  expect(ends).toEqual([1, 1]);
  expect(old.process(0)?.notes()).toMatch(/9999-contract.*works with code from 9998-expand on/s);
  expect(old.process(0)?.notes()).toMatch(/fix: Run the later version here/);
  await expect(old.replace(1)).rejects.toThrow(/9999-contract/);
  await old.stop();
});
