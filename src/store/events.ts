import { randomBytes } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { RegistryEvent } from '../model/registry-event.ts';
import type { Database } from './database.ts';
import {
  type DueRepository,
  dueRegistries,
  dueRepositories,
  givenUp,
  giveUpMarks,
  type Look,
  markEvents,
  pendingMarks,
  postponeMarks,
  settleMarks,
} from './event-marks.ts';
import { recordWholeWalk, type WholeWalk } from './event-walks.ts';
import { toDate } from './image-rows.ts';
import type { RegistryEventsTable, Tables } from './tables.ts';
import type { Vault } from './vault.ts';

export type { DueRepository, Look, Mark } from './event-marks.ts';

/** How the events of a registry fare. */
export interface EventState {
  /** Name of the registry. */
  readonly registry: string;
  /** Whether it has a token, and so events are taken. */
  readonly hasToken: boolean;
  readonly accepted: number;
  readonly refused: number;
  readonly lastEventAt?: Date;
  readonly lastRefusedAt?: Date;
  /** Begin of the last whole walk that reached its end: what was there then is listed. */
  readonly completeAsOf?: Date;
  /** From an event to the look at what it was about: of what waits now, else of the last. */
  readonly lagMs?: number;
  /** Changes that whole walks found and no event had told of. */
  readonly lost: number;
  /** Repositories that wait for a look. */
  readonly waiting: number;
}

/** Events that registries push: only what is to be looked at again is kept of them. */
export interface EventStore {
  /** By name, else by id; undefined where there is no such registry, or it takes no events. */
  receiver(registry: string): Promise<{ readonly registryId: number; readonly token?: string } | undefined>;
  /** Makes a token, returned this once, that replaces the one before; undefined for an unknown registry. */
  createToken(registryId: number): Promise<string | undefined>;
  /** No events are taken any more. */
  removeToken(registryId: number): Promise<void>;
  /** Marks what the events are about, and counts them; one transaction. */
  accept(registryId: number, events: readonly RegistryEvent[]): Promise<void>;
  /** Counts requests without the right token, by registry. */
  refuse(counts: ReadonlyMap<number, number>): Promise<void>;
  /** Registries with something to look at now. */
  dueRegistries(limit: number): Promise<readonly number[]>;
  /** Of one registry, those that have waited longest first. */
  due(registryId: number, limit: number): Promise<readonly DueRepository[]>;
  /** How many marks of a registry wait, due or not. */
  pending(registryId: number): Promise<number>;
  /** What was looked at waits no longer, unless an event came meanwhile. */
  settle(registryId: number, look: Look): Promise<void>;
  /** The same for what could not be looked at: the next whole walk will see it. */
  giveUp(registryId: number, look: Look): Promise<void>;
  /** Another look, later; an attempt is counted. */
  postpone(registryId: number, look: Look, until: Date): Promise<void>;
  /** Nothing of a registry is looked at before. */
  postponeAll(registryId: number, until: Date): Promise<void>;
  /** The same for all that waits. */
  giveUpAll(registryId: number): Promise<void>;
  /** After a whole walk has reached its end; returns how many changes it found that no event had told of. */
  recordWalk(registryId: number, walk: WholeWalk): Promise<number>;
  states(): Promise<ReadonlyMap<number, EventState>>;
}

const TOKEN_BYTES = 32;
/** So that the token's kind is known wherever it turns up. */
const TOKEN_PREFIX = 'plw_';
const WHOLE = /^\d{1,15}$/;

export function createEventStore(database: Database, vault: Vault, now: () => Date): EventStore {
  const { read, write, transaction } = database;
  return {
    receiver: async (word) => {
      const registries = read
        .selectFrom('registries')
        .leftJoin('registry_events', 'registry_id', 'registries.id')
        .select(['registries.id', 'token_sealed']);
      const named = await registries.where('name', '=', word).executeTakeFirst();
      const byId = () => registries.where('registries.id', '=', Number(word)).executeTakeFirst();
      const row = named ?? (WHOLE.test(word) ? await byId() : undefined);
      if (!row) return undefined;
      return { registryId: row.id, ...(row.token_sealed === null ? {} : { token: vault.open(row.token_sealed) }) };
    },
    createToken: (registryId) =>
      transaction(async (trx) => {
        if (!(await ensureRow(trx, registryId))) return undefined;
        const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
        await setRow(trx, registryId, { token_sealed: vault.seal(token) });
        return token;
      }),
    removeToken: async (registryId) => {
      await transaction((trx) => setRow(trx, registryId, { token_sealed: null }));
    },
    accept: (registryId, events) =>
      transaction(async (trx) => {
        const at = now().getTime();
        if (!(await ensureRow(trx, registryId))) return;
        await markEvents(trx, registryId, events, at);
        await trx
          .updateTable('registry_events')
          .set((eb) => ({
            accepted: eb('accepted', '+', events.length),
            first_event_at: eb.fn.coalesce('first_event_at', eb.val(at)),
            last_event_at: at,
            ...(events.some(({ kind }) => kind === 'deleted') ? { last_deleted_at: at } : {}),
          }))
          .where('registry_id', '=', registryId)
          .execute();
      }),
    refuse: (counts) =>
      transaction(async (trx) => {
        for (const [registryId, count] of [...counts].toSorted(([a], [b]) => a - b)) {
          if (!(await ensureRow(trx, registryId))) continue;
          await trx
            .updateTable('registry_events')
            .set((eb) => ({ refused: eb('refused', '+', count), last_refused_at: now().getTime() }))
            .where('registry_id', '=', registryId)
            .execute();
        }
      }),
    dueRegistries: (limit) => dueRegistries(read, now().getTime(), limit),
    due: (registryId, limit) => dueRepositories(read, registryId, now().getTime(), limit),
    pending: (registryId) => pendingMarks(read, registryId),
    settle: (registryId, look) =>
      transaction(async (trx) => {
        const lagMs = await settleMarks(trx, registryId, look, now().getTime());
        if (lagMs !== undefined) await setRow(trx, registryId, { lag_ms: lagMs });
      }),
    giveUp: (registryId, look) => transaction((trx) => giveUpMarks(trx, registryId, look)),
    postpone: (registryId, look, until) => transaction((trx) => postponeMarks(trx, registryId, look, until.getTime())),
    postponeAll: async (registryId, until) => {
      await write
        .updateTable('event_marks')
        .set({ due_at: until.getTime() })
        .where('registry_id', '=', registryId)
        .where('due_at', 'is not', null)
        .execute();
    },
    giveUpAll: async (registryId) => {
      await write
        .updateTable('event_marks')
        .set(givenUp)
        .where('registry_id', '=', registryId)
        .where('due_at', 'is not', null)
        .execute();
    },
    recordWalk: (registryId, walk) =>
      transaction(async (trx) => ((await ensureRow(trx, registryId)) ? recordWholeWalk(trx, registryId, walk) : 0)),
    states: () => readStates(database, now().getTime()),
  };
}

/** Makes the row of a registry where it is missing; false where there is no such registry. */
async function ensureRow(trx: Transaction<Tables>, registryId: number): Promise<boolean> {
  await sql`insert into registry_events (registry_id) select id from registries where id = ${registryId}
    on conflict (registry_id) do nothing`.execute(trx);
  const row = await trx
    .selectFrom('registry_events')
    .select('registry_id')
    .where('registry_id', '=', registryId)
    .executeTakeFirst();
  return row !== undefined;
}

async function setRow(
  trx: Transaction<Tables>,
  registryId: number,
  change: Partial<Selectable<RegistryEventsTable>>,
): Promise<void> {
  await trx.updateTable('registry_events').set(change).where('registry_id', '=', registryId).execute();
}

async function readStates({ read }: Database, now: number): Promise<ReadonlyMap<number, EventState>> {
  const rows = await read
    .selectFrom('registry_events')
    .innerJoin('registries', 'registries.id', 'registry_id')
    .selectAll('registry_events')
    .select('name')
    .execute();
  const waiting = await read
    .selectFrom('event_marks')
    .select(({ fn }) => [
      'registry_id',
      fn.min('noticed_at').as('oldest'),
      fn.count<number>('repository').distinct().as('repositories'),
    ])
    .where('due_at', 'is not', null)
    .groupBy('registry_id')
    .execute();
  const byRegistry = new Map(waiting.map((row) => [row.registry_id, row]));
  return new Map(
    rows.map((row) => {
      const waits = byRegistry.get(row.registry_id);
      const lagMs = waits ? Math.max(0, now - Number(waits.oldest)) : (row.lag_ms ?? undefined);
      return [row.registry_id, toState(row, Number(waits?.repositories ?? 0), lagMs)];
    }),
  );
}

function toState(
  row: Selectable<RegistryEventsTable> & { readonly name: string },
  waiting: number,
  lagMs: number | undefined,
): EventState {
  const lastEventAt = toDate(row.last_event_at);
  const lastRefusedAt = toDate(row.last_refused_at);
  const completeAsOf = toDate(row.complete_as_of);
  return {
    registry: row.name,
    hasToken: row.token_sealed !== null,
    accepted: row.accepted,
    refused: row.refused,
    lost: row.lost,
    waiting,
    ...(lastEventAt ? { lastEventAt } : {}),
    ...(lastRefusedAt ? { lastRefusedAt } : {}),
    ...(completeAsOf ? { completeAsOf } : {}),
    ...(lagMs === undefined ? {} : { lagMs }),
  };
}
