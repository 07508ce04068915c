import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { writeAdvisoryZip } from '../../test/support/write-zip.ts';
import { advisoriesFolder, advisoriesPath } from '../advisories/advisories-path.ts';
import { FORMAT } from '../advisories/compile-tables.ts';
import { openAdvisories } from '../advisories/open.ts';
import { readSnapshot } from '../advisories/read-snapshot.ts';
import { updateAdvisories } from '../advisories/update.ts';
import { createTurns } from '../scan/create-turns.ts';
import { createAdvisoryExchange } from './exchange-advisories.ts';

const never = new AbortController().signal;

let work: string;
let at: number;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'exchange-'));
  at = Date.parse('2026-11-25T00:00:00Z');
});
afterEach(() => rm(work, { recursive: true }));

const feed = (fixed: string) =>
  writeAdvisoryZip(join(work, 'osv/npm/all.zip'), [
    {
      schema_version: '1.7.3',
      id: 'GHSA-1',
      modified: '2023-01-01T00:00:00Z',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'lodash' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
        },
      ],
    },
  ]);

describeEachEngine('advisories of several processes', (fixture) => {
  /** A process with a data folder of its own. */
  const start = (name: string) => {
    const dataDir = join(work, name);
    const { store, clock } = fixture;
    const turns = createTurns({ leases: store.leases, holder: name, leaseMs: 60_000, now: () => clock.now });
    const exchange = createAdvisoryExchange({ shared: store.sharedAdvisories, turns, dataDir, keep: 3 });
    const now = () => {
      at += 1_000;
      return new Date(at);
    };
    return {
      ...exchange,
      dataDir,
      update: () =>
        updateAdvisories({ dataDir, osvUrl: `file://${join(work, 'osv')}`, ecosystems: ['npm'], now }, never),
      fixes: () => {
        const database = openAdvisories(advisoriesPath(dataDir));
        const [advisory] = database.find('npm', 'lodash');
        database.close();
        return advisory?.ranges.flatMap(({ events }) => events);
      },
      snapshot: () => readSnapshot(advisoriesPath(dataDir)),
    };
  };

  test('what one compiled the others receive, and what was compiled last counts', async () => {
    const [a, b] = [start('a'), start('b')];
    await feed('1.0.0');
    expect(await a.exchange(never)).toBe(false);

    await a.alone(a.update, never);
    expect(await b.exchange(never)).toBe(true);
    expect(b.snapshot()).toEqual(a.snapshot());
    expect(b.fixes()).toContainEqual({ fixed: '1.0.0' });
    expect(await b.exchange(never)).toBe(false);

    await feed('2.0.0');
    await b.update();
    expect(await b.exchange(never)).toBe(false);
    expect(await a.exchange(never)).toBe(true);
    expect(a.fixes()).toContainEqual({ fixed: '2.0.0' });
    expect(await readdir(join(advisoriesFolder(a.dataDir), 'snapshots'))).toHaveLength(2);
  });

  test('that the feeds were asked again reaches all without the file', async () => {
    const [a, b] = [start('a'), start('b')];
    await feed('1.0.0');
    await a.alone(a.update, never);
    await b.exchange(never);
    const published = await fixture.store.sharedAdvisories.latest(FORMAT);

    await a.alone(a.update, never);
    expect(await b.exchange(never)).toBe(false);

    expect(b.snapshot()?.checkedAt).toBe(a.snapshot()?.checkedAt);
    expect(await fixture.store.sharedAdvisories.latest(FORMAT)).toMatchObject({ id: published?.id });
  });

  test('who waited for another one finds its work done', async () => {
    const [a, b] = [start('a'), start('b')];
    await feed('1.0.0');
    const seen: (string | undefined)[] = [];
    const ask = (process: ReturnType<typeof start>) =>
      process.alone(async () => {
        seen.push(process.snapshot()?.id);
        if (!process.snapshot()) await process.update();
      }, never);

    await Promise.all([ask(a), ask(b)]);

    expect(seen).toEqual([undefined, (a.snapshot() ?? b.snapshot())?.id]);
    expect(a.snapshot()).toEqual(b.snapshot());
  });

  test('a damaged piece changes nothing, and is healed by the next who compiles', async () => {
    const [a, b] = [start('a'), start('b')];
    await feed('1.0.0');
    await a.alone(a.update, never);
    const { sharedAdvisories } = fixture.store;
    const file = await sharedAdvisories.latest(FORMAT);
    if (!file) throw new Error('nothing was published');
    const later = new Date(file.compiledAt.getTime() + 1);
    const garbage = async function* () {
      yield Buffer.from('not packed at all');
    };
    await sharedAdvisories.publish({ ...file, compiledAt: later, snapshot: 'f'.repeat(64) }, garbage());

    await expect(b.exchange(never)).rejects.toMatchObject({ code: 'blob-corrupt' });
    expect(b.snapshot()).toBeUndefined();
    expect((await readdir(advisoriesFolder(b.dataDir))).filter((name) => name.startsWith('.compile-'))).toEqual([]);

    await b.alone(b.update, never);
    expect(await a.exchange(never)).toBe(false);
    expect((await sharedAdvisories.latest(FORMAT))?.snapshot).toBe(b.snapshot()?.id);
  });

  test('only the last two files stay, with their pieces', async () => {
    const a = start('a');
    for (const version of ['1.0.0', '2.0.0', '3.0.0', '4.0.0']) {
      await feed(version);
      await a.alone(a.update, never);
    }
    const { sharedAdvisories } = fixture.store;
    const latest = await sharedAdvisories.latest(FORMAT);

    expect(latest?.snapshot).toBe(a.snapshot()?.id);
    expect(await sharedAdvisories.piece(latest?.id ?? '', 0)).toBeInstanceOf(Uint8Array);
    expect(await sharedAdvisories.piece(latest?.id ?? '', latest?.pieces ?? 0)).toBeUndefined();
  });
});
