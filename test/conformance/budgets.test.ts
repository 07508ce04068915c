import { beforeEach, describe, expect, test } from 'vitest';
import { createSharedRateLimit } from '../../src/api/protocol/create-shared-rate-limit.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachEngine } from '../support/describe-each-engine.ts';
import { testVault } from '../support/open-test-store.ts';
import { sampleRegistry } from '../support/sample-images.ts';

const HOUR_MS = 3_600_000;

describeEachEngine('budgets', (fixture) => {
  let id: number;
  const budgets = () => fixture.store.budgets;
  const advance = (milliseconds: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + milliseconds);
  };
  const at = (milliseconds: number) => new Date(fixture.clock.now.getTime() + milliseconds);

  beforeEach(async () => {
    id = (await fixture.store.registries.add(sampleRegistry('first'))).id;
  });

  describe('what people allow', () => {
    const hourly = { amount: 10, windowMs: HOUR_MS };

    test('is drawn to its end, and again when the window opens', async () => {
      const end = at(HOUR_MS);
      expect(await budgets().draw(id, 'requests', hourly, 4, 0)).toEqual({ granted: 4, opensAt: end });
      expect(await budgets().draw(id, 'requests', hourly, 4, 0)).toEqual({ granted: 4, opensAt: end });
      expect(await budgets().draw(id, 'requests', hourly, 4, 0)).toEqual({ granted: 2, opensAt: end });
      expect(await budgets().draw(id, 'requests', hourly, 4, 0)).toEqual({ granted: 0, opensAt: end });
      expect(await budgets().closed()).toEqual([{ registryId: id, kind: 'requests', until: end }]);

      advance(HOUR_MS);

      expect(await budgets().closed()).toEqual([]);
      expect(await budgets().draw(id, 'requests', hourly, 4, 0)).toMatchObject({ granted: 4 });
    });

    test('is never granted twice, however many draw at once', async () => {
      const drawn = await Promise.all(Array.from({ length: 20 }, () => budgets().draw(id, 'requests', hourly, 3, 0)));

      expect(drawn.reduce((sum, { granted }) => sum + granted, 0)).toBe(10);
    });

    test('counts what was spent without having been drawn', async () => {
      expect(await budgets().draw(id, 'bytes', hourly, 5, 0)).toMatchObject({ granted: 5 });
      expect(await budgets().draw(id, 'bytes', hourly, 5, 40)).toMatchObject({ granted: 0 });
      expect(await budgets().states(id)).toMatchObject([{ kind: 'bytes', allowance: 10, remaining: 0 }]);
    });

    test('that is raised holds in the window that has begun', async () => {
      await budgets().draw(id, 'requests', hourly, 10, 0);

      expect(await budgets().draw(id, 'requests', { amount: 15, windowMs: HOUR_MS }, 10, 0)).toMatchObject({
        granted: 5,
      });
    });

    test('takes back what was not used', async () => {
      await budgets().draw(id, 'requests', hourly, 10, 0);
      await budgets().giveBack(id, 'requests', 3);

      expect(await budgets().draw(id, 'requests', hourly, 10, 0)).toMatchObject({ granted: 3 });
    });

    test('is stored, replaced and dropped with its registry', async () => {
      expect(await budgets().limits(id)).toEqual({});
      await budgets().setLimits(id, { requests: hourly, concurrency: 3 });
      await budgets().draw(id, 'requests', hourly, 10, 0);
      expect(await budgets().limits(id)).toEqual({ requests: hourly, concurrency: 3 });

      await budgets().setLimits(id, { bytes: hourly });

      expect(await budgets().limits(id)).toEqual({ bytes: hourly });
      expect(await budgets().closed()).toEqual([]);
      await fixture.store.registries.remove(id);
      expect(await budgets().draw(id, 'requests', hourly, 1, 0)).toMatchObject({ granted: 0 });
      expect(await budgets().states(id)).toEqual([]);
    });
  });

  describe('what the registry tells', () => {
    test('nothing yet limits nothing', async () => {
      expect(await budgets().drawTold(id, 5)).toBeUndefined();
    });

    test('is drawn less what this process holds already', async () => {
      await budgets().tell(id, { remaining: 8, limit: 100, resetsAt: at(60_000) }, 3);

      expect(await budgets().drawTold(id, 4)).toEqual({ granted: 4, opensAt: at(60_000) });
      expect(await budgets().drawTold(id, 4)).toEqual({ granted: 1, opensAt: at(60_000) });
      expect(await budgets().drawTold(id, 4)).toMatchObject({ granted: 0 });
      advance(60_000);
      expect(await budgets().drawTold(id, 4)).toBeUndefined();
    });

    test('without the end of the window lets one request find out, after a while and no sooner', async () => {
      await budgets().tell(id, { remaining: 0, limit: 100, windowMs: 6 * HOUR_MS }, 0);
      expect(await budgets().closed()).toEqual([{ registryId: id, kind: 'told', until: at(15 * 60_000) }]);
      expect(await budgets().drawTold(id, 4)).toMatchObject({ granted: 0 });

      advance(15 * 60_000);

      expect(await budgets().drawTold(id, 4)).toMatchObject({ granted: 1 });
      expect(await budgets().drawTold(id, 4)).toMatchObject({ granted: 0 });
      await budgets().tell(id, { remaining: 76, limit: 100, windowMs: 6 * HOUR_MS }, 0);
      expect(await budgets().closed()).toEqual([]);
    });

    test('to wait holds until the latest of these times, and a day at most', async () => {
      await budgets().closeUntil(id, at(60_000));
      await budgets().closeUntil(id, at(30_000));
      expect(await budgets().closed()).toEqual([{ registryId: id, kind: 'closed', until: at(60_000) }]);

      await budgets().closeUntil(id, at(1_000 * HOUR_MS));

      expect(await budgets().closed()).toMatchObject([{ until: at(24 * HOUR_MS) }]);
    });
  });

  test('a job of a registry without budget is not claimed, one of another is', async () => {
    const other = (await fixture.store.registries.add(sampleRegistry('other'))).id;
    await fixture.store.registries.requestSync([id, other]);
    await budgets().closeUntil(id, at(60_000));

    expect(await fixture.store.jobs.claim('a', fixture.clock.now, 1_000)).toMatchObject({ registryId: other });
    expect(await fixture.store.jobs.claim('a', fixture.clock.now, 1_000)).toBeUndefined();
    advance(60_000);
    expect(await fixture.store.jobs.claim('a', fixture.clock.now, 1_000)).toMatchObject({ registryId: id });
  });

  test('traffic adds up, and old traffic counts less', async () => {
    await budgets().recordTraffic(id, { requests: 10, bytes: 1_000, busyMs: 3_700_000 });
    expect((await budgets().traffic()).get(id)).toEqual({ requests: 10, bytes: 1_000, busyMs: 3_700_000 });
    await budgets().recordTraffic(id, { requests: 1, bytes: 100, busyMs: 10 });

    expect((await budgets().traffic()).get(id)).toEqual({ requests: 6, bytes: 600, busyMs: 1_850_010 });
  });
});

describeEachEngine('rate limits of the API', (fixture) => {
  test('two servers on one database let one limit pass between them', async () => {
    const second: Store = await openStore({ url: fixture.url, vault: testVault, now: () => fixture.clock.now });
    const limits = [fixture.store, second].map((store) => createSharedRateLimit(20, store.rateLimits, () => 0));
    const calls = Array.from({ length: 60 }, (_, index) => limits[index % 2]?.('key', 'List'));

    const settled = await Promise.allSettled(calls);

    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(settled.length - refused.length).toBe(20);
    expect(refused[0]).toMatchObject({ reason: { code: 'RequestLimitExceeded' } });
    await expect(limits[0]?.('key', 'Detail')).resolves.toBeUndefined();
    await second.close();
  });

  test('most calls ask nobody', async () => {
    let asked = 0;
    const limit = createSharedRateLimit(
      20,
      {
        take: (...args) => {
          asked += 1;
          return fixture.store.rateLimits.take(...args);
        },
      },
      () => 0,
    );
    for (let call = 0; call < 20; call += 1) await limit('key', 'List');
    for (let call = 0; call < 20; call += 1) await expect(limit('key', 'List')).rejects.toThrow();

    expect(asked).toBeLessThanOrEqual(5);
  });

  test('a database that does not answer leaves each server to its own count', async () => {
    const limit = createSharedRateLimit(2, { take: () => Promise.reject(new Error('down')) }, () => 0);
    await limit('key', 'List');
    await limit('key', 'List');

    await expect(limit('key', 'List')).rejects.toMatchObject({ code: 'RequestLimitExceeded' });
  });

  test('windows that are over are forgotten', async () => {
    await fixture.store.rateLimits.take('key List', 5, 0);
    expect(await fixture.store.rateLimits.take('key Detail', 5, 60_000)).toMatchObject({ points: 5 });
    fixture.clock.now = new Date(fixture.clock.now.getTime() + 10);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await fixture.store.rateLimits.forget();

    expect(await fixture.store.rateLimits.take('key Detail', 5, 60_000)).toMatchObject({ points: 10 });
  });
});
