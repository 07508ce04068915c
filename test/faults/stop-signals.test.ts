import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type FaultLab, openFaultLab } from '../support/open-fault-lab.ts';
import { waitUntil } from '../support/wait-until.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const IMAGES = 6;
/** Of the second server: nobody waits for it. */
const FOR_EVER = '600';

let lab: FaultLab | undefined;
beforeAll(async () => {
  lab = await openFaultLab(IMAGES);
});
afterAll(() => lab?.stop());

test('SIGTERM: not ready first, jobs handed back, exit code 0; the second signal ends at once', async (context) => {
  if (!lab) return context.skip('PostgreSQL or docker-registry is not installed');
  // Leases are so long that only what is handed back can be taken up by somebody else.
  const env = { PLIMSOLL_LEASE_SECONDS: FOR_EVER, PLIMSOLL_DRAIN_SECONDS: FOR_EVER };
  const running = await lab.install('signals', { servers: 1, workers: 2, idleServers: true, env });
  const [server, first, second] = [0, 1, 2].map((index) => running.process(index));
  const task = await running.startScan();

  // The jobs in hand wait for their registry.
  lab.registryProxy.set({ kind: 'stall' });
  first?.signal('SIGTERM');
  expect(await first?.ended).toBe(0);
  expect(await running.isDone(task)).toBe(false);
  lab.registryProxy.set({ kind: 'none' });
  await waitUntil(() => running.isDone(task));
  const { SuccessCount } = await running.ask((sdk) => sdk.DescribeAssetImageRegistryScanStatusOneKey({ TaskID: task }));
  expect(SuccessCount).toBe(IMAGES);

  const ready = async () => {
    const answer = await fetch(`${server?.url}/readyz`);
    return { status: answer.status, body: await answer.json() };
  };
  expect(await ready()).toEqual({ status: 200, body: { status: 'ok' } });
  server?.signal('SIGTERM');
  const refusal = await waitUntil(async () => {
    const now = await ready();
    return now.status !== 200 && now;
  });
  expect(refusal).toEqual({ status: 503, body: { status: 'unavailable', missing: 'stopping' } });
  // What a balancer still sends is answered.
  expect(await server?.sdk.DescribeAssetImageRegistryList({ Limit: 1 })).toMatchObject({ TotalCount: IMAGES });
  server?.signal('SIGTERM');
  expect(await server?.ended).toBe(130);

  second?.signal('SIGINT');
  expect(await second?.ended).toBe(0);
});
