import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { sampleRegistry } from '../../test/support/sample-images.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import type { Looked, Wanted } from '../inventory/look-again.ts';
import { startEventLooks } from './start-event-looks.ts';

const log = pino({ level: 'silent' });

describeEachEngine('looking after events', (fixture) => {
  let id: number;
  let running: { stop(): Promise<void> }[];
  beforeEach(async () => {
    running = [];
    id = (await fixture.store.registries.add(sampleRegistry('lab'))).id;
  });
  afterEach(() => Promise.all(running.map((each) => each.stop())));

  const pass = (milliseconds: number) => {
    fixture.clock.now = new Date(fixture.clock.now.getTime() + milliseconds);
  };
  const push = async (repository: string) => {
    await fixture.store.events.accept(id, [{ kind: 'pushed', repository, tag: '1.0' }]);
    pass(2_000);
  };
  const start = (holder: string, lookAgain: (wanted: Wanted, signal: AbortSignal) => Promise<Looked>) => {
    const { store, clock } = fixture;
    const looks = startEventLooks({
      store,
      lookAgain: (_registry, wanted, signal) => lookAgain(wanted, signal),
      holder,
      leaseMs: 60_000,
      now: () => clock.now,
      log,
    });
    running.push(looks);
    return looks;
  };
  const waiting = async () => (await fixture.store.events.states()).get(id)?.waiting;
  const seen: Looked = { listed: new Set(['1.0']), removedImages: 0, unread: [] };

  test('of two processes one looks at a registry at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const looked: string[] = [];
    const look = async ({ repository }: Wanted) => {
      most = Math.max(most, ++atOnce);
      await sleep(20);
      atOnce--;
      looked.push(repository);
      return seen;
    };
    for (let at = 0; at < 5; at++) await push(`team/app-${at}`);
    start('one', look);
    start('two', look);

    await waitUntil(async () => (await waiting()) === 0);

    expect(most).toBe(1);
    expect(looked.toSorted()).toEqual([0, 1, 2, 3, 4].map((at) => `team/app-${at}`));
  });

  test('a stop ends a look under way, and another process begins it anew', async () => {
    await push('team/app');
    const begun = Promise.withResolvers<void>();
    const first = start('one', async (_wanted, signal) => {
      begun.resolve();
      await sleep(600_000, undefined, { signal });
      return seen;
    });
    await begun.promise;
    await first.stop();
    expect(await waiting()).toBe(1);

    start('two', async () => seen);
    await waitUntil(async () => (await waiting()) === 0);
  });

  test('the lease of a dead process passes on', async () => {
    await push('team/app');
    await fixture.store.leases.take(`events of ${id}`, 'dead', fixture.clock.now, 60_000);
    const looked: string[] = [];
    start('two', async ({ repository }) => {
      looked.push(repository);
      return seen;
    });
    await sleep(1_200);
    expect(looked).toEqual([]);

    pass(61_000);
    await waitUntil(async () => (await waiting()) === 0);
    expect(looked).toEqual(['team/app']);
  });

  test('an error that nobody foresaw is tried again later, and other registries go on', async () => {
    await push('team/app');
    const other = (await fixture.store.registries.add(sampleRegistry('other'))).id;
    await fixture.store.events.accept(other, [{ kind: 'pushed', repository: 'team/tools', tag: '1.0' }]);
    pass(2_000);
    start('one', async ({ repository }) => {
      if (repository === 'team/app') throw new TypeError('nobody foresaw it');
      return seen;
    });

    await waitUntil(async () => (await fixture.store.events.states()).get(other)?.waiting === 0);
    await waitUntil(async () => (await fixture.store.events.due(id, 1)).length === 0);
    expect(await waiting()).toBe(1);
    pass(10_000);
    expect((await fixture.store.events.due(id, 1))[0]?.marks[0]?.attempts).toBeGreaterThan(0);
  });
});
