import { type Selectable, sql, type Transaction } from 'kysely';
import {
  type Allowance,
  type BudgetKind,
  type BudgetState,
  type ClosedRegistry,
  DRAWS_PER_WINDOW,
  type RegistryLimits,
  type ToldLimit,
} from '../model/registry-budget.ts';
import type { Database } from './database.ts';
import { readTraffic, recordTraffic, type Traffic } from './registry-traffic.ts';
import type { RegistryBudgetsTable, RegistryLimitsTable, Tables } from './tables.ts';

/** What a process got of a budget: it may spend so much until then without asking again. */
export interface Drawn {
  readonly granted: number;
  /** End of the window; where nothing was granted, when to ask again. */
  readonly opensAt: Date;
}

/** What may be asked of registries, shared by every process on the database; a process draws in advance, some at a time. */
export interface BudgetStore {
  limits(registryId: number): Promise<RegistryLimits>;
  /** Replaces what people allow; absent members are no limit of this registry's own. */
  setLimits(registryId: number, limits: RegistryLimits): Promise<void>;
  states(registryId: number): Promise<readonly BudgetState[]>;
  /** Draws up to `amount` after booking `owed`, which has been spent already. A window that is over begins anew. */
  draw(
    registryId: number,
    kind: 'requests' | 'bytes',
    allowance: Allowance,
    amount: number,
    owed: number,
  ): Promise<Drawn>;
  /** The same of what the registry told; undefined when it has told nothing that holds now. */
  drawTold(registryId: number, amount: number): Promise<Drawn | undefined>;
  /** Gives back what was drawn and not spent. */
  giveBack(registryId: number, kind: BudgetKind, amount: number): Promise<void>;
  /** `lent`: what this process has drawn and not yet spent of it; `undrawn`: what it has spent without drawing, since it last told. */
  tell(registryId: number, told: ToldLimit, lent: number, undrawn?: number): Promise<void>;
  /** Nobody asks the registry for anything before this time. */
  closeUntil(registryId: number, until: Date): Promise<void>;
  /** Registries with nothing left, the latest reason of each. */
  closed(): Promise<readonly ClosedRegistry[]>;
  recordTraffic(registryId: number, traffic: Traffic): Promise<void>;
  /** Of registries that something was fetched from. */
  traffic(): Promise<ReadonlyMap<number, Traffic>>;
}

const MINUTE_MS = 60_000;
/** Where nobody knows when a window opens: this part of it, within bounds. */
const PROBES_PER_WINDOW = 24;
const LONGEST_PROBE_MS = 15 * MINUTE_MS;
/** Of other processes, drawn and not yet spent. */
const OTHERS_DRAWS = 4;
/** A registry's word is worth a look at least once a day. */
const LONGEST_WINDOW_MS = 24 * 60 * MINUTE_MS;

export function createBudgetStore(database: Database, now: () => Date): BudgetStore {
  const { read, write, transaction } = database;
  return {
    limits: async (registryId) => {
      const row = await read
        .selectFrom('registry_limits')
        .selectAll()
        .where('registry_id', '=', registryId)
        .executeTakeFirst();
      return row ? toLimits(row) : {};
    },
    setLimits: async (registryId, limits) => {
      const values = toColumns(limits);
      await write
        .insertInto('registry_limits')
        .values({ registry_id: registryId, ...values })
        .onConflict((conflict) => conflict.column('registry_id').doUpdateSet(values))
        .execute();
      const dropped = (['requests', 'bytes'] as const).filter((kind) => limits[kind] === undefined);
      if (dropped.length === 0) return;
      await write
        .deleteFrom('registry_budgets')
        .where('registry_id', '=', registryId)
        .where('kind', 'in', dropped)
        .execute();
    },
    states: async (registryId) => {
      const rows = await read
        .selectFrom('registry_budgets')
        .selectAll()
        .where('registry_id', '=', registryId)
        .where('opens_at', '>', now().getTime())
        .orderBy('kind')
        .execute();
      return rows.map(toState);
    },
    draw: (registryId, kind, allowance, amount, owed) =>
      transaction(async (trx) => {
        const at = now().getTime();
        const row = await lockBudget(trx, registryId, kind, {
          allowance: allowance.amount,
          window_ms: allowance.windowMs,
          remaining: allowance.amount,
          opens_at: at + allowance.windowMs,
          probe: 0,
        });
        if (!row) return { granted: 0, opensAt: new Date(at) };
        const fresh = row.opens_at <= at || row.window_ms !== allowance.windowMs;
        // Whoever changes an allowance means the window that has begun, too.
        const raised = allowance.amount - (row.allowance ?? allowance.amount);
        const left = (fresh ? allowance.amount : row.remaining + raised) - owed;
        const granted = Math.max(0, Math.min(amount, left));
        const opensAt = fresh ? at + allowance.windowMs : row.opens_at;
        await setBudget(trx, registryId, kind, {
          allowance: allowance.amount,
          window_ms: allowance.windowMs,
          remaining: left - granted,
          opens_at: opensAt,
        });
        return { granted, opensAt: new Date(opensAt) };
      }),
    drawTold: (registryId, amount) =>
      transaction(async (trx) => {
        const at = now().getTime();
        const row = await lockBudget(trx, registryId, 'told');
        if (!row) return undefined;
        if (row.opens_at > at) {
          const granted = Math.max(0, Math.min(amount, row.remaining));
          await setBudget(trx, registryId, 'told', { remaining: row.remaining - granted });
          return { granted, opensAt: new Date(row.opens_at) };
        }
        if (row.probe === 0 || row.remaining > 0) {
          await trx
            .deleteFrom('registry_budgets')
            .where('registry_id', '=', registryId)
            .where('kind', '=', 'told')
            .execute();
          return undefined;
        }
        const opensAt = at + probeAfter(row.window_ms);
        await setBudget(trx, registryId, 'told', { opens_at: opensAt });
        return { granted: Math.min(1, amount), opensAt: new Date(opensAt) };
      }),
    giveBack: async (registryId, kind, amount) => {
      await write
        .updateTable('registry_budgets')
        .set((eb) => ({ remaining: eb('remaining', '+', amount) }))
        .where('registry_id', '=', registryId)
        .where('kind', '=', kind)
        .where('opens_at', '>', now().getTime())
        .execute();
    },
    tell: (registryId, told, lent, undrawn = 0) =>
      transaction(async (trx) => {
        const at = now().getTime();
        const row = await lockBudget(trx, registryId, 'told', nothingTold);
        if (!row) return;
        const wait = told.resetsAt ? told.resetsAt.getTime() - at : probeAfter(told.windowMs ?? null);
        const left = Math.max(0, told.remaining - lent);
        const budget = {
          allowance: told.limit ?? null,
          window_ms: told.windowMs ?? null,
          remaining: row.opens_at > at ? withoutOthers(left, Math.max(0, row.remaining - undrawn), told.limit) : left,
          opens_at: at + Math.min(Math.max(wait, 0), LONGEST_WINDOW_MS),
          probe: told.resetsAt ? 0 : 1,
        };
        await setBudget(trx, registryId, 'told', budget);
      }),
    closeUntil: async (registryId, until) => {
      const at = now().getTime();
      const opensAt = Math.min(until.getTime(), at + LONGEST_WINDOW_MS);
      await sql`insert into registry_budgets (registry_id, kind, remaining, opens_at, probe)
        select id, 'closed', 0, ${opensAt}, 0 from registries where id = ${registryId}
        on conflict (registry_id, kind) do update set opens_at = excluded.opens_at
          where registry_budgets.opens_at < excluded.opens_at`.execute(write);
    },
    closed: async () => {
      const rows = await read
        .selectFrom('registry_budgets')
        .select(['registry_id', 'kind', 'opens_at'])
        .where('remaining', '<=', 0)
        .where('opens_at', '>', now().getTime())
        .orderBy('opens_at')
        .execute();
      const latest = new Map<number, ClosedRegistry>();
      for (const row of rows)
        latest.set(row.registry_id, {
          registryId: row.registry_id,
          kind: row.kind as BudgetKind,
          until: new Date(row.opens_at),
        });
      return [...latest.values()];
    },
    recordTraffic: (registryId, traffic) => recordTraffic(database, registryId, traffic),
    traffic: () => readTraffic(database),
  };
}

const probeAfter = (windowMs: number | null): number =>
  Math.min(Math.max((windowMs ?? 0) / PROBES_PER_WINDOW, MINUTE_MS), LONGEST_PROBE_MS);

/**
 * What is left, where the registry names more than is booked: a little more is what other processes have drawn and not yet spent,
 * or an answer that came late; beyond that somebody counts what the registry does not.
 */
function withoutOthers(left: number, booked: number, limit = 0): number {
  const others = OTHERS_DRAWS * Math.ceil(limit / DRAWS_PER_WINDOW);
  return left <= booked ? left : Math.max(booked, left - others);
}

type Write = Transaction<Tables>;
type NewBudget = Omit<Selectable<RegistryBudgetsTable>, 'registry_id' | 'kind'>;

/** A window that is over: whoever tells first begins the next. */
const nothingTold: NewBudget = { allowance: null, window_ms: null, remaining: 0, opens_at: 0, probe: 0 };

/** The row under a lock, made first where it may be missing; undefined where there is none, or no such registry. */
async function lockBudget(trx: Write, registryId: number, kind: BudgetKind, missing?: NewBudget) {
  if (missing) await addBudget(trx, registryId, kind, missing);
  return trx
    .selectFrom('registry_budgets')
    .selectAll()
    .where('registry_id', '=', registryId)
    .where('kind', '=', kind)
    .forUpdate()
    .executeTakeFirst();
}

/** Of a registry that was removed meanwhile nothing is kept. */
const addBudget = (db: Pick<Write, 'getExecutor'>, registryId: number, kind: BudgetKind, budget: NewBudget) =>
  sql`insert into registry_budgets (registry_id, kind, allowance, window_ms, remaining, opens_at, probe)
    select id, ${kind}, cast(${budget.allowance} as bigint), cast(${budget.window_ms} as bigint),
      cast(${budget.remaining} as bigint), cast(${budget.opens_at} as bigint), cast(${budget.probe} as integer)
    from registries where id = ${registryId} on conflict (registry_id, kind) do nothing`.execute(db);

const setBudget = (trx: Write, registryId: number, kind: BudgetKind, change: Partial<NewBudget>) =>
  trx
    .updateTable('registry_budgets')
    .set(change)
    .where('registry_id', '=', registryId)
    .where('kind', '=', kind)
    .execute();

const toState = (row: Selectable<RegistryBudgetsTable>): BudgetState => ({
  kind: row.kind as BudgetKind,
  ...(row.allowance === null ? {} : { allowance: row.allowance }),
  ...(row.window_ms === null ? {} : { windowMs: row.window_ms }),
  remaining: Math.max(0, row.remaining),
  opensAt: new Date(row.opens_at),
  probe: row.probe === 1,
});

function toLimits(row: Selectable<RegistryLimitsTable>): RegistryLimits {
  const requests = toAllowance(row.requests, row.requests_window_ms);
  const bytes = toAllowance(row.bytes, row.bytes_window_ms);
  return {
    ...(requests ? { requests } : {}),
    ...(bytes ? { bytes } : {}),
    ...(row.concurrency === null ? {} : { concurrency: row.concurrency }),
  };
}

const toAllowance = (amount: number | null, windowMs: number | null): Allowance | undefined =>
  amount === null || windowMs === null ? undefined : { amount, windowMs };

const toColumns = ({ requests, bytes, concurrency }: RegistryLimits) => ({
  requests: requests?.amount ?? null,
  requests_window_ms: requests?.windowMs ?? null,
  bytes: bytes?.amount ?? null,
  bytes_window_ms: bytes?.windowMs ?? null,
  concurrency: concurrency ?? null,
});
