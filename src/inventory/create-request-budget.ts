import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../model/app-error.ts';
import {
  type BudgetKind,
  DRAWS_PER_WINDOW,
  describeClosed,
  type RegistryLimits,
  type ToldLimit,
} from '../model/registry-budget.ts';
import type { RequestBudget, RequestKind } from '../registries/request-budget.ts';
import type { BudgetStore } from '../store/budgets.ts';

export interface RequestBudgetDeps {
  readonly registry: { readonly id: number; readonly host: string };
  readonly budgets: BudgetStore;
  /** Where the registry has no limits of its own. */
  readonly defaults: RegistryLimits;
  readonly now: () => Date;
  /** What could not be written; nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

/** A write per request only where few are left. */
const LARGEST_DRAW = { requests: 500, bytes: 1024 ** 3, told: 500 } as const;
/** How old what others changed may be: limits, and a registry that asked them to wait. */
const REFRESH_MS = 5_000;
/** How long a request waits for a window itself; beyond that its job does. */
const WAIT_IN_PLACE_MS = 3_000;
/** What was drawn and has not been used for so long is given back. */
const IDLE_MS = 30_000;
const FLUSH_MS = 10_000;
const SHORTEST_CLOSING_MS = 1_000;

type DrawnKind = 'requests' | 'bytes' | 'told';

interface Lease {
  /** Below zero: spent without having been drawn. */
  left: number;
  until: number;
  usedAt: number;
}

/** The part of a process in the budget of a registry: draws some in advance and spends from memory. */
export function createRequestBudget(deps: RequestBudgetDeps): RequestBudget {
  const { registry, budgets, now, onError } = deps;
  const leases: Record<DrawnKind, Lease> = { requests: noLease(), bytes: noLease(), told: noLease() };
  const drawing = new Map<DrawnKind, Promise<void>>();
  const counted = new Set<RequestKind>();
  // Asked before anybody knew that the registry counts them.
  const undrawn = new Map<RequestKind, number>();
  let telling: Promise<unknown> | undefined;
  const traffic = createTrafficMeter(now);
  const background = new Set<Promise<unknown>>();
  let limits = deps.defaults;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  let closed: { readonly kind: BudgetKind; readonly until: number } | undefined;
  let toldLimit: { readonly remaining: number; readonly limit: number; readonly at: number } | undefined;

  const time = () => now().getTime();
  const later = (work: Promise<unknown>) => {
    const settled = work.catch(onError).finally(() => background.delete(settled));
    background.add(settled);
    return settled;
  };

  async function refresh(): Promise<void> {
    if (Math.abs(time() - refreshedAt) < REFRESH_MS) return;
    refreshing ??= (async () => {
      const [own, states] = await Promise.all([budgets.limits(registry.id), budgets.states(registry.id)]);
      limits = { ...deps.defaults, ...own };
      // Until this process has seen for itself what the registry counts: manifests, whose limit is the most common.
      if (counted.size === 0 && states.some(({ kind }) => kind === 'told')) counted.add('manifest');
      const asked = states.find(({ kind }) => kind === 'closed');
      if (closed === undefined || closed.kind !== 'closed' || asked)
        closed = asked && { kind: 'closed', until: asked.opensAt.getTime() };
      refreshedAt = time();
    })().finally(() => {
      refreshing = undefined;
    });
    await refreshing;
  }

  function neededBy(kind: RequestKind): readonly DrawnKind[] {
    return [
      ...(limits.requests ? (['requests'] as const) : []),
      ...(limits.bytes ? (['bytes'] as const) : []),
      ...(counted.has(kind) ? (['told'] as const) : []),
    ];
  }

  const has = (kind: DrawnKind) => leases[kind].left >= 1 && leases[kind].until > time();

  function draw(kind: DrawnKind): Promise<void> {
    const under = drawing.get(kind);
    if (under) return under;
    const started = drawOnce(kind).finally(() => drawing.delete(kind));
    drawing.set(kind, started);
    return started;
  }

  async function drawOnce(kind: DrawnKind): Promise<void> {
    const lease = leases[kind];
    // What is left of a window that is over is nobody's; what was owed in it, too.
    const owed = lease.until > time() ? Math.max(0, -lease.left) : 0;
    const drawn = await askFor(kind, owed);
    if (drawn === undefined) {
      counted.clear();
      toldLimit = undefined;
      return;
    }
    // Bytes may have come in meanwhile.
    const spentMeanwhile = kind === 'bytes' && lease.until > time() ? Math.min(0, lease.left + owed) : 0;
    leases[kind] = { left: drawn.granted + spentMeanwhile, until: drawn.opensAt.getTime(), usedAt: time() };
    if (drawn.granted === 0) closed = { kind, until: drawn.opensAt.getTime() };
  }

  function askFor(kind: DrawnKind, owed: number) {
    if (kind === 'told') return budgets.drawTold(registry.id, sizeOfDraw(kind, toldLimit?.limit));
    const allowance = limits[kind];
    if (allowance === undefined) return Promise.resolve(undefined);
    return budgets.draw(registry.id, kind, allowance, sizeOfDraw(kind, allowance.amount), owed);
  }

  async function takeOrThrow(request: RequestKind): Promise<void> {
    await refresh();
    for (;;) {
      if (closed && closed.until > time()) throw spent(registry.host, closed);
      const needed = neededBy(request);
      const lacking = needed.find((kind) => !has(kind));
      if (lacking === undefined) {
        for (const kind of needed) {
          leases[kind].usedAt = time();
          if (kind !== 'bytes') leases[kind].left -= 1;
        }
        if (!needed.includes('told')) undrawn.set(request, (undrawn.get(request) ?? 0) + 1);
        traffic.request();
        return;
      }
      // What the registry said first must be known to all before anybody draws of it.
      if (lacking === 'told' && telling) await telling;
      await draw(lacking);
    }
  }

  async function flush(): Promise<void> {
    const fetched = traffic.take();
    if (fetched) await budgets.recordTraffic(registry.id, fetched);
    const { bytes } = limits;
    const owed = -leases.bytes.left;
    if (bytes && owed > 0 && leases.bytes.until > time()) {
      leases.bytes.left += owed;
      await budgets.draw(registry.id, 'bytes', bytes, 0, owed);
    }
    await giveBack((lease) => time() - lease.usedAt >= IDLE_MS);
  }

  async function giveBack(which: (lease: Lease) => boolean): Promise<void> {
    for (const kind of ['requests', 'bytes', 'told'] as const) {
      const lease = leases[kind];
      if (lease.left <= 0 || lease.until <= time() || !which(lease)) continue;
      leases[kind] = noLease();
      await budgets.giveBack(registry.id, kind, lease.left);
    }
  }

  const timer = setInterval(() => later(flush()), FLUSH_MS);
  timer.unref();

  return {
    take: async (request, signal) => {
      for (;;) {
        try {
          return await takeOrThrow(request);
        } catch (error) {
          const wait = error instanceof AppError && error.retryAt ? error.retryAt.getTime() - time() : undefined;
          if (wait === undefined || wait > WAIT_IN_PLACE_MS) throw error;
          await sleep(Math.max(wait, 1), undefined, { signal });
        }
      }
    },
    told: (request, limit) => {
      counted.add(request);
      const lease = leases.told;
      if (lease.left > limit.remaining) lease.left = limit.remaining;
      const unbooked = undrawn.get(request) ?? 0;
      if (toldLimit && unbooked === 0 && !isNews(limit, toldLimit, time())) return;
      undrawn.delete(request);
      toldLimit = { remaining: limit.remaining, limit: limit.limit ?? limit.remaining, at: time() };
      telling = later(budgets.tell(registry.id, limit, Math.max(0, lease.left), unbooked));
    },
    closed: (until) => {
      if (until.getTime() - time() < SHORTEST_CLOSING_MS) return;
      if (closed?.kind === 'closed' && closed.until >= until.getTime() - SHORTEST_CLOSING_MS) return;
      closed = { kind: 'closed', until: until.getTime() };
      later(budgets.closeUntil(registry.id, until));
    },
    received: (bytes) => {
      traffic.received(bytes);
      if (limits.bytes) leases.bytes.left -= bytes;
    },
    blobOpened: traffic.blobOpened,
    close: async () => {
      clearInterval(timer);
      await Promise.all(background);
      await flush().catch(onError);
      await giveBack(() => true).catch(onError);
    },
  };
}

const noLease = (): Lease => ({ left: 0, until: 0, usedAt: 0 });

function sizeOfDraw(kind: DrawnKind, allowance: number | undefined): number {
  const part = Math.ceil((allowance ?? DRAWS_PER_WINDOW) / DRAWS_PER_WINDOW);
  return Math.min(Math.max(1, part), LARGEST_DRAW[kind]);
}

/** Worth a write: the first word, the last request, a step, or a while after the last. */
function isNews(
  { remaining }: ToldLimit,
  last: { readonly remaining: number; readonly limit: number; readonly at: number },
  at: number,
): boolean {
  const step = sizeOfDraw('told', last.limit);
  return remaining === 0 || Math.abs(remaining - last.remaining) >= step || at - last.at >= REFRESH_MS;
}

function spent(host: string, { kind, until }: { readonly kind: BudgetKind; readonly until: number }): AppError {
  const retryAt = new Date(until);
  return new AppError('budget-spent', `${host}: ${describeClosed({ kind, until: retryAt })}`, {
    retryable: true,
    retryAt,
  });
}

/** Counts what one process fetches, and the time in which any blob was open. */
function createTrafficMeter(now: () => Date) {
  let requests = 0;
  let bytes = 0;
  let busyMs = 0;
  let open = 0;
  let since = 0;
  const settle = () => {
    const at = now().getTime();
    if (open > 0) busyMs += Math.max(0, at - since);
    since = at;
  };
  return {
    request: () => {
      requests += 1;
    },
    received: (amount: number) => {
      bytes += amount;
    },
    blobOpened: () => {
      settle();
      open += 1;
      let closed = false;
      return () => {
        if (closed) return;
        closed = true;
        settle();
        open -= 1;
      };
    },
    take: () => {
      settle();
      if (requests === 0 && bytes === 0) return undefined;
      const taken = { requests, bytes, busyMs: Math.round(busyMs) };
      requests = 0;
      bytes = 0;
      busyMs = 0;
      return taken;
    },
  };
}
