import { pino } from 'pino';
import { expect, test } from 'vitest';
import { runDueSyncs } from '../../src/tasks/run-due-syncs.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleRegistry } from '../support/sample-images.ts';

const DAY_MS = 86_400_000;
const log = pino({ level: 'silent' });

describeEachEngine('planned syncs', (fixture) => {
  const look = () => runDueSyncs(fixture.store, DAY_MS, () => fixture.clock.now, log);
  const days = (count: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + count * DAY_MS);
  };
  /** What a worker does with all that waits; returns the registries. */
  const syncAll = async (): Promise<readonly (number | undefined)[]> => {
    const { jobs, registries } = fixture.store;
    const synced: (number | undefined)[] = [];
    for (let job = await jobs.claim('w', fixture.clock.now, DAY_MS); job; ) {
      synced.push(job.registryId);
      const outcome = { status: 'succeeded', at: fixture.clock.now, skipped: {}, message: '' } as const;
      await registries.recordSync(job.registryId ?? 0, outcome);
      await jobs.complete(job.id, 'w');
      job = await jobs.claim('w', fixture.clock.now, DAY_MS);
    }
    return synced;
  };

  test('every registry is synced once a day, however many look', async () => {
    const { registries } = fixture.store;
    const { id: first } = await registries.add(sampleRegistry('a'));
    const { id: second } = await registries.add(sampleRegistry('b'));
    await look();
    expect(await syncAll()).toEqual([]);

    days(1);
    await Promise.all([look(), look(), look()]);
    expect((await registries.syncState()).status).toBe('running');
    expect(await syncAll()).toEqual([first, second]);
    await look();
    expect(await syncAll()).toEqual([]);

    days(3);
    await look();
    await look();
    expect(await syncAll()).toEqual([first, second]);
  });

  test('a sync that somebody asked for counts, and none begins beside another', async () => {
    const { registries } = fixture.store;
    const { id } = await registries.add(sampleRegistry('a'));
    days(2);
    await registries.requestSync([id]);
    await look();
    expect(await syncAll()).toEqual([id]);
    await look();
    expect(await syncAll()).toEqual([]);
  });

  test('what failed is tried again on the next day, and off is off', async () => {
    const { registries, jobs } = fixture.store;
    const { id } = await registries.add(sampleRegistry('a'));
    days(1);
    await look();
    const job = await jobs.claim('w', fixture.clock.now, DAY_MS);
    await registries.recordSync(id, { status: 'failed', cause: 'authentication-failed', message: '' });
    await jobs.complete(job?.id ?? 0, 'w');
    await look();
    expect(await syncAll()).toEqual([]);

    days(1);
    await runDueSyncs(fixture.store, 0, () => fixture.clock.now, log);
    expect(await syncAll()).toEqual([]);
    await look();
    expect(await syncAll()).toEqual([id]);
  });
});
