import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError } from '../model/app-error.ts';
import type { LeaseStore } from '../store/leases.ts';
import { type LookAtEventsDeps, lookAtEvents } from './look-at-events.ts';

export interface EventLooksDeps extends LookAtEventsDeps {
  /** Names this process among those of the database. */
  readonly holder: string;
  readonly leaseMs: number;
}

const IDLE_MS = 500;
const TROUBLE_MS = 5_000;
const REGISTRIES_AT_ONCE = 4;

/**
 * Looks at what events were about, beside the jobs: however many scans are under way, a pushed image is listed within
 * seconds. What waits lies in the store; of several processes one looks at a registry at a time.
 */
export function startEventLooks(deps: EventLooksDeps): { stop(): Promise<void> } {
  const { store, log } = deps;
  const stopping = new AbortController();
  const looks = new Map<number, Promise<void>>();
  const begin = async () => {
    for (const registryId of await store.events.dueRegistries(REGISTRIES_AT_ONCE * 4)) {
      if (looks.size >= REGISTRIES_AT_ONCE) return;
      if (looks.has(registryId)) continue;
      const look = underLease(deps, registryId, stopping.signal)
        .catch((err: unknown) => reportTrouble(log, err, stopping.signal))
        .finally(() => looks.delete(registryId));
      looks.set(registryId, look);
    }
  };
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const trouble = await begin().then(
        () => false,
        (err: unknown) => {
          log.warn({ err }, 'what events were about could not be read; trying again');
          return true;
        },
      );
      await pause(trouble ? TROUBLE_MS : IDLE_MS, stopping.signal);
    }
  })();
  return {
    stop: async () => {
      stopping.abort(new AppError('canceled', 'the server is stopping'));
      await running;
      await Promise.all(looks.values());
    },
  };
}

function reportTrouble(log: Logger, err: unknown, stopping: AbortSignal): Promise<void> | undefined {
  if (stopping.aborted) return undefined;
  log.error({ err }, 'looking after events ended in an unexpected error; trying again');
  return pause(TROUBLE_MS, stopping);
}

async function underLease(deps: EventLooksDeps, registryId: number, stopping: AbortSignal): Promise<void> {
  const { store, holder, leaseMs, now } = deps;
  const name = `events of ${registryId}`;
  if (!(await store.leases.take(name, holder, now(), leaseMs))) return;
  const lost = new AbortController();
  const keeping = keepLease({ leases: store.leases, name, ...deps }, lost);
  try {
    await lookAtEvents(deps, registryId, AbortSignal.any([stopping, lost.signal]));
  } finally {
    await keeping.end();
    await store.leases.release(name, holder);
  }
}

/** Renews until it is ended; fires `lost` when somebody else has the lease, or may have it. */
function keepLease(
  {
    leases,
    name,
    holder,
    leaseMs,
    now,
  }: { readonly leases: LeaseStore; readonly name: string } & Pick<EventLooksDeps, 'holder' | 'leaseMs' | 'now'>,
  lost: AbortController,
): { end(): Promise<void> } {
  const ended = new AbortController();
  const keeping = (async () => {
    for (;;) {
      await pause(leaseMs / 3, ended.signal);
      if (ended.signal.aborted) return;
      const held = await leases.take(name, holder, now(), leaseMs).catch(() => false);
      if (!held) return lost.abort(new AppError('canceled', 'somebody else looks after these events'));
    }
  })();
  return {
    end: async () => {
      ended.abort();
      await keeping;
    },
  };
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => {});
