import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type CriClient, NoEvents } from './cri-client.ts';
import { listContainers } from './list-containers.ts';

const Version = z.object({ runtimeName: z.string().max(256), runtimeVersion: z.string().max(256) });

/** As often as the kubelet lists. */
const POLL_MS = 1_000;
const SHARED_QUEUE = /^v?[01]\./;

/** Rings at starts and stops: told by events where the runtime tells them to all, else found by looking. Ends only by failing. */
export async function ringOnChanges(client: CriClient, ring: () => void, signal: AbortSignal): Promise<never> {
  if (await tellsEverybody(client, signal)) await ringOnEvents(client, ring, signal);
  return ringOnDifferences(client, ring, signal);
}

/**
 * containerd 1 has no events, or (1.7) gives each to one listener only: what we would hear its kubelet would miss.
 * https://github.com/containerd/containerd/issues/7318
 */
async function tellsEverybody(client: CriClient, signal: AbortSignal): Promise<boolean> {
  const { runtimeName, runtimeVersion } = await client.ask('RuntimeService/Version', {}, Version, signal);
  return runtimeName !== 'containerd' || !SHARED_QUEUE.test(runtimeVersion);
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

async function ringOnDifferences(client: CriClient, ring: () => void, signal: AbortSignal): Promise<never> {
  let before: string | undefined;
  for (;;) {
    const containers = await listContainers(client, signal);
    const now = containers
      .map(({ id }) => id)
      .sort()
      .join();
    if (now !== before) ring();
    before = now;
    await sleep(POLL_MS, undefined, { signal });
  }
}
