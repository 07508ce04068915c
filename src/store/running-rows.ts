import { type Kysely, sql, type Transaction } from 'kysely';
import { recommended } from './recommended.ts';
import { type RunningScope, runningStates } from './running-states.ts';
import type { Tables } from './tables.ts';

/** How many containers of an image run; null = unknown. */
export type Containers = number | null;

const ROWS_PER_STATEMENT = 1_000;

/** What a row shows that no source names: 0 where some source can be believed, else unknown. */
export async function idleContainers(db: Kysely<Tables>): Promise<0 | null> {
  const one = await db
    .selectFrom('runtime_sources')
    .select('name')
    .where('counted', '=', 1)
    .limit(1)
    .executeTakeFirst();
  return one ? 0 : null;
}

interface Row {
  readonly id: number;
  readonly containers: Containers;
}

/** Makes the rows that run, or ran, agree with what the sources say; returns how many changed. */
export async function refreshRunning(trx: Transaction<Tables>, scope: RunningScope): Promise<number> {
  const idle = await idleContainers(trx);
  const wanted = sql`case when states.containers > 0 then states.containers when states.stale = 1 then null
    else ${sql.lit(idle)} end`;
  const shown = sql`select i.id, ${wanted} as containers, i.running as was_running, i.containers as was
    from states join images i on i.id = states.id`;
  const inScope = scope === 'all' ? sql`` : sql`where i.id in (${sql.join(scope.imageIds)})`;
  const stopped =
    scope === 'all'
      ? sql`union all select i.id, cast(${sql.lit(idle)} as bigint), i.running, i.containers from images i
          where i.running = 1 and i.id not in (select id from states)`
      : sql``;
  const { rows } = await sql<Row>`${runningStates(scope)}
    select id, containers from (${shown} ${inScope} ${stopped}) compared
    where coalesce(was, -1) <> coalesce(containers, -1) or coalesce(was_running, -1) <> ${runs}`.execute(trx);
  await showContainers(trx, rows);
  return rows.length;
}

const runs = sql`case when containers > 0 then 1 when containers is null then -1 else 0 end`;

/** Rows in the order of their ids, so that no two transactions wait for each other in a circle; alike ones together. */
async function showContainers(trx: Transaction<Tables>, rows: readonly Row[]): Promise<void> {
  const changed = rows.map(({ id, containers }) => ({
    id,
    containers: containers === null ? null : Number(containers),
  }));
  for (const group of Map.groupBy(changed, ({ containers }) => containers).values()) {
    const ids = group.map(({ id }) => id).toSorted((a, b) => a - b);
    for (let at = 0; at < ids.length; at += ROWS_PER_STATEMENT) {
      await show(trx, ids.slice(at, at + ROWS_PER_STATEMENT), group[0]?.containers ?? null);
    }
  }
}

async function show(trx: Transaction<Tables>, ids: readonly number[], containers: Containers): Promise<void> {
  const running = containers === null ? null : containers > 0 ? 1 : 0;
  await trx
    .updateTable('images')
    .set({ running, containers, fix_recommended: recommended('kept', undefined, sql.lit(running)) })
    .where('id', 'in', ids)
    .execute();
}

/** Rows that are unknown because only a source names them whose word is too old. */
async function doubtfulRows(db: Kysely<Tables>): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ id: number }>`${runningStates('all')}
    select id from states where containers = 0 and stale = 1`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** Whether rows that no source names show something else than they should; kept counters tell. */
export async function isIdleUnsettled(db: Kysely<Tables>): Promise<boolean> {
  const idle = await idleContainers(db);
  const { amount } = await db
    .selectFrom('image_states')
    .select(({ fn }) => fn.sum<number | null>('amount').as('amount'))
    .where('running', idle === 0 ? '=' : '<>', -1)
    .executeTakeFirstOrThrow();
  const found = Number(amount ?? 0);
  return found > 0 && found !== (idle === 0 ? (await doubtfulRows(db)).size : 0);
}

/**
 * One portion of the rows that no source names, by id after `after`: they become 0, or unknown. Returns the last id that
 * was looked at, undefined at the end.
 */
export async function settleIdle(trx: Transaction<Tables>, after: number, limit: number): Promise<number | undefined> {
  const idle = await idleContainers(trx);
  const rows = await trx
    .selectFrom('images')
    .select('id')
    .where('id', '>', after)
    .where('running', idle === 0 ? 'is' : 'is not', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  const doubtful = idle === 0 && rows.length > 0 ? await doubtfulRows(trx) : new Set<number>();
  const ids = rows.map(({ id }) => id).filter((id) => !doubtful.has(id));
  if (ids.length > 0) await show(trx, ids, idle);
  return rows.length < limit ? undefined : rows.at(-1)?.id;
}
