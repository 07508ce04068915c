import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ContainerList } from './create-container-list.ts';
import { type CriClient, NoEvents } from './cri-client.ts';

const Version = z.object({ runtimeName: z.string().max(256), runtimeVersion: z.string().max(256) });

/** As often as the kubelet lists. */
const POLL_MS = 1_000;
/** Runtimes that have no events, or hand each to one listener only: what we would hear their kubelet would miss. */
const ONE_LISTENER: ReadonlyMap<string, RegExp> = new Map([
  // 1.7 has them: https://github.com/containerd/containerd/issues/7318
  ['containerd', /^v?[01]\./],
  // Mended in May 2023: https://github.com/cri-o/cri-o/pull/6838
  ['cri-o', /^v?1\.(?:\d|1\d|2[0-7])(?:\.|$)/],
]);

/** Rings at starts and stops: told by events where the runtime tells them to all, else found by looking. Ends only by failing. */
export async function ringOnChanges(
  client: CriClient,
  list: ContainerList,
  ring: () => void,
  signal: AbortSignal,
): Promise<never> {
  if (await tellsEverybody(client, signal)) await ringOnEvents(client, ring, signal);
  return ringOnDifferences(list, ring, signal);
}

async function tellsEverybody(client: CriClient, signal: AbortSignal): Promise<boolean> {
  const { runtimeName, runtimeVersion } = await client.ask('RuntimeService/Version', {}, Version, signal);
  return ONE_LISTENER.get(runtimeName)?.test(runtimeVersion) !== true;
}

/** Returns where there are no events: CRI-O ends the stream at once unless `enable_pod_events` is set, others refuse. */
async function ringOnEvents(client: CriClient, ring: () => void, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  // Nothing says when the runtime has begun to listen for us: what happened in between is found by one more look.
  sleep(POLL_MS, undefined, { signal: AbortSignal.any([signal, ended.signal]) }).then(ring, () => {});
  try {
    await client.followEvents(ring, signal);
  } catch (error) {
    if (!(error instanceof NoEvents)) throw error;
  } finally {
    ended.abort();
  }
}

async function ringOnDifferences(list: ContainerList, ring: () => void, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(POLL_MS, undefined, { signal });
    if (await list.hasChanged()) ring();
  }
}
