import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ImageChoice } from '../../src/store/image-choice.ts';
import type { ScanSchedule } from '../../src/store/scan-schedule.ts';
import { runDueScan } from '../../src/tasks/start-timetable.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { sampleImage, sampleRegistry, sampleTag } from '../support/sample-images.ts';

// What was written while the clock was 400 days ahead must not hold anything up once it is right again.

const DAY_MS = 86_400_000;
const LEASE_MS = 60_000;
const everyImage: ImageChoice = {
  scope: 'all',
  ids: [],
  coordinates: [],
  registryTypes: [],
  namespaces: [],
  runningOnly: false,
  latestOnly: false,
  excludeIds: [],
};
const log = pino({ level: 'silent' });

describeEachEngine('a clock that comes back', (fixture) => {
  const set = (days: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + days * DAY_MS);
  };
  const now = () => fixture.clock.now;

  test('jobs that wait, and jobs of a worker that died, are done now', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('lab'));
    set(400);
    await store.registries.requestSync([id]);
    const job = await store.jobs.claim('died', now(), LEASE_MS);
    set(-400);
    expect(await store.jobs.release(now(), false)).toBe(1);
    expect(await store.jobs.claim('next', now(), LEASE_MS)).toMatchObject({ id: job?.id });

    set(400);
    await store.jobs.retry(job?.id ?? 0, 'next', now());
    set(-400);
    expect(await store.jobs.claim('next', now(), LEASE_MS)).toBeUndefined();
    await store.jobs.bringForward(now());
    expect(await store.jobs.claim('next', now(), LEASE_MS)).toMatchObject({ id: job?.id });
  });

  test('a lease passes to another', async () => {
    const { leases } = fixture.store;
    set(400);
    await leases.take('one at a time', 'died', now(), LEASE_MS);
    set(-400);
    expect(await leases.take('one at a time', 'next', now(), LEASE_MS)).toBe(true);
    expect(await leases.take('one at a time', 'third', now(), LEASE_MS)).toBe(false);
  });

  test('a registry that asked to wait is asked again', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('lab'));
    set(400);
    await store.budgets.closeUntil(id, new Date(now().getTime() + 60_000));
    set(-400);
    expect(await store.budgets.closed()).toHaveLength(1);
    await store.jobs.bringForward(now());
    expect(await store.budgets.closed()).toEqual([]);
  });

  test('the timetable runs at its next time, once', async () => {
    const { store } = fixture;
    const daily: ScanSchedule = {
      enabled: true,
      periodDays: 1,
      startsAt: '03:00',
      kinds: ['vulnerability'],
      choice: everyImage,
    };
    const results: (Date | undefined)[] = [];
    const look = async () => {
      await runDueScan(store, now, log);
      results.push((await store.scanSchedule.get())?.lastSlot);
    };
    set(400);
    await store.scanSchedule.set(daily);
    set(1);
    for (let time = 0; time < 3; time++) await look();
    set(-401);
    await look();
    await look();
    set(1);
    await look();
    expect(new Set(results.slice(0, 3).map(Number)).size).toBe(1);
    expect(results[3]).toEqual(results[4]);
    expect(Number(results[3])).toBeLessThanOrEqual(now().getTime());
    expect(Number(results[5]) - Number(results[4])).toBe(DAY_MS);
  });

  test('an image that was seen then, and has left the registry, goes', async () => {
    const { store } = fixture;
    const { id } = await store.registries.add(sampleRegistry('lab'));
    set(400);
    await store.images.saveTags(id, 'team/app', [sampleTag('gone', [sampleImage('gone')], { syncedAt: now() })]);
    set(-400);
    const startedAt = now();
    await store.images.saveTags(id, 'team/app', [sampleTag('stays', [sampleImage('stays')], { syncedAt: now() })]);
    expect(await store.images.removeUnseen(id, startedAt, now())).toBe(1);
    expect([...(await store.images.knownTags(id, 'team/app')).keys()]).toEqual(['stays']);
  });
});
