import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { RunningImage } from '../model/running-image.ts';
import { locateReference } from '../oci/locate-reference.ts';
import type { RuntimeSource } from '../runtime/runtime-source.ts';
import type { Store } from '../store/store.ts';

type RuntimeParts = Pick<Store, 'runtime' | 'leases'>;

export interface RuntimeWatch {
  readonly store: RuntimeParts;
  readonly sources: readonly RuntimeSource[];
  /** Of several processes one follows each source. */
  readonly holder: string;
  readonly now: () => Date;
  readonly log: Logger;
  /** Between looks at which sources have fallen silent. */
  readonly settleEveryMs?: number;
}

/** Three heartbeats: so long a word counts after which nothing came. */
export const BELIEVED_MS = 60_000;
const LEASE_MS = 45_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const OTHERS_TURN_MS = 10_000;
const SETTLE_EVERY_MS = 15_000;

/** Follows what runs until stopped, and forgets what nobody confirms. */
export function watchRuntime(watch: RuntimeWatch): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const loops = [
    ...watch.sources.map((source) => followForEver(watch, source, stopping.signal)),
    settleForEver(watch, stopping.signal),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function followForEver(watch: RuntimeWatch, source: RuntimeSource, stopping: AbortSignal): Promise<void> {
  const { store, holder, log } = watch;
  const lease = `runtime:${source.name}`;
  let failures = 0;
  while (!stopping.aborted) {
    let pause = OTHERS_TURN_MS;
    try {
      if (await store.leases.take(lease, holder, watch.now(), LEASE_MS)) {
        await follow(watch, source, lease, stopping, () => {
          failures = 0;
        });
      }
    } catch (error) {
      if (stopping.aborted) break;
      pause = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS);
      log.warn({ err: error, source: source.name, pause }, 'what runs there cannot be seen; trying again');
      await recordFailure(watch, source, error);
    }
    await pauseFor(pause, stopping);
  }
  await store.leases.release(lease, holder).catch((err: unknown) => log.warn({ err }, 'a lease could not be released'));
}

async function follow(
  { store, holder, now, log }: RuntimeWatch,
  source: RuntimeSource,
  lease: string,
  stopping: AbortSignal,
  onSuccess: () => void,
): Promise<void> {
  const lost = new AbortController();
  let isFirst = true;
  const report = async (images: readonly RunningImage[]) => {
    const takenAt = now();
    if (!(await store.leases.take(lease, holder, takenAt, LEASE_MS)))
      return lost.abort(new Error('another process follows it'));
    const expiresAt = new Date(takenAt.getTime() + BELIEVED_MS);
    await store.runtime.save({ source: source.name, takenAt, expiresAt, images: images.map(locateReference) });
    if (isFirst) log.info({ source: source.name, images: images.length }, 'following what runs there');
    isFirst = false;
    onSuccess();
  };
  await source.follow(report, AbortSignal.any([stopping, lost.signal]));
}

async function recordFailure({ store, log }: RuntimeWatch, source: RuntimeSource, error: unknown): Promise<void> {
  try {
    await store.runtime.recordFailure(source.name, error instanceof Error ? error.message : String(error));
  } catch (err) {
    log.error({ err }, 'a failure could not be recorded');
  }
}

async function settleForEver({ store, log, settleEveryMs = SETTLE_EVERY_MS }: RuntimeWatch, stopping: AbortSignal) {
  while (!stopping.aborted) {
    try {
      await store.runtime.settle();
    } catch (err) {
      log.error({ err }, 'what runs could not be looked over; trying again');
    }
    await pauseFor(settleEveryMs, stopping);
  }
}

/** Returns early when stopping. */
async function pauseFor(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => {});
}
