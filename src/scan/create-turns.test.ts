import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeEachEngine } from '../../test/support/describe-each-engine.ts';
import { AppError } from '../model/app-error.ts';
import { createTurns } from './create-turns.ts';

const LEASE_MS = 300;
const never = new AbortController().signal;
const now = () => new Date();

describeEachEngine('turns', (fixture) => {
  const process = (holder: string) => createTurns({ leases: fixture.store.leases, holder, leaseMs: LEASE_MS, now });

  test('of many who want the same turn one has it at a time; other turns wait for nobody', async () => {
    const p1 = process('p1');
    let running = 0;
    let most = 0;
    const walk = async (turns: typeof p1) => {
      const end = await turns.take('layer a', never);
      most = Math.max(most, ++running);
      await delay(20);
      running--;
      await end();
    };

    const endOther = await process('p9').take('layer b', never);
    await Promise.all([p1, process('p2'), process('p3'), p1].map(walk));
    await endOther();

    expect(most).toBe(1);
  });

  test('a turn lasts for as long as its process lives, however long that is', async () => {
    const end = await process('p1').take('layer', never);

    const early = new AbortController();
    const waiting = process('p2').take('layer', early.signal);
    await delay(3 * LEASE_MS);
    early.abort(new AppError('canceled', 'stopped'));
    await expect(waiting).rejects.toThrow('stopped');

    await end();
    await (await process('p2').take('layer', never))();
  });

  test('the turn of a process that died passes to the next', async () => {
    await fixture.store.leases.take('layer', 'dead/1', now(), LEASE_MS);

    const started = Date.now();
    const end = await process('p2').take('layer', never);
    await end();

    expect(Date.now() - started).toBeGreaterThanOrEqual(LEASE_MS / 2);
  });
});
