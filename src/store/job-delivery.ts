import { CompiledQuery, type Selectable, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { isWalked, mayBeAsked, restoreJobs, toJob } from './jobs.ts';
import type { Job } from './store.ts';
import type { JobsTable, Tables } from './tables.ts';

/** A job that is handed over; those of greater priority come first. */
export type HandedJob = Job & { readonly priority: number };

/** Runs a statement in the transaction of the hand-over: both happen, or neither. */
export type ExecuteSql = (text: string, values?: readonly unknown[]) => Promise<{ rows: unknown[] }>;

/** For PostgreSQL, where somebody else delivers the jobs of this table to workers: the table stays what is true. */
export interface JobDelivery {
  /**
   * Hands over jobs that are due until `window` of them wait for a worker, of every registry its turn; of several processes
   * one does it. Returns how many.
   */
  hand(
    now: Date,
    window: number,
    deliver: (jobs: readonly HandedJob[], execute: ExecuteSql) => Promise<void>,
  ): Promise<number>;
  /** A lease on a job that was delivered; undefined when it has ended, somebody has it, or it must wait. */
  claim(jobId: number, worker: string, now: Date, leaseMs: number): Promise<Job | undefined>;
  /** Gives the lease up; the job is delivered again by whoever delivers it. */
  letGo(jobId: number, worker: string): Promise<void>;
}

/** Of one registry in one round. */
const PER_REGISTRY = 100;
/** A delivery that nobody has heard of for so long is made again; one too many does no harm. */
const FORGOTTEN_MS = 10 * 60_000;
const BUSY_WAIT_MS = 1_000;
const LOCK = "pg_try_advisory_xact_lock(hashtext('plimsoll.jobs.hand'))";

export function createJobDelivery({ transaction }: Pick<Database, 'transaction'>): JobDelivery {
  return {
    hand: (now, window, deliver) =>
      transaction(async (trx) => {
        const { rows } = await sql<{ locked: boolean }>`select ${sql.raw(LOCK)} as locked`.execute(trx);
        if (!rows[0]?.locked) return 0;
        const room = window - (await countHanded(trx, now));
        if (room <= window / 2) return 0;
        const jobs = [...(await dueOfKinds(trx, now, room)), ...(await dueScans(trx, now, room))].slice(0, room);
        if (jobs.length === 0) return 0;
        await trx
          .updateTable('jobs')
          .set({ handed_at: now.getTime() })
          .where(
            'id',
            'in',
            jobs.map(({ id }) => id),
          )
          .execute();
        const execute: ExecuteSql = async (text, values = []) => {
          const result = await trx.executeQuery(CompiledQuery.raw(text, [...values]));
          return { rows: result.rows as unknown[] };
        };
        await deliver(
          jobs.map((row) => ({ ...toJob(row), priority: row.priority })),
          execute,
        );
        return jobs.length;
      }),
    claim: (jobId, worker, now, leaseMs) =>
      transaction(async (trx) => {
        const row = await trx
          .selectFrom('jobs')
          .selectAll()
          .where('id', '=', jobId)
          .where('worker', 'is', null)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return undefined;
        if (row.kind === 'sync' && (await isWalked(trx, row.registry_id))) {
          const later = { handed_at: null, available_at: now.getTime() + BUSY_WAIT_MS };
          await trx.updateTable('jobs').set(later).where('id', '=', jobId).execute();
          return undefined;
        }
        const attempt = row.attempt + 1;
        const lease = { worker, lease_until: now.getTime() + leaseMs, attempt };
        await trx.updateTable('jobs').set(lease).where('id', '=', jobId).execute();
        return toJob({ ...row, attempt });
      }),
    letGo: (jobId, worker) =>
      transaction(async (trx) => {
        const freed = await trx
          .updateTable('jobs')
          .set({ worker: null, lease_until: null })
          .where('id', '=', jobId)
          .where('worker', '=', worker)
          .returningAll()
          .execute();
        await restoreJobs(trx, freed);
      }),
  };
}

async function countHanded(trx: Transaction<Tables>, now: Date): Promise<number> {
  await trx
    .updateTable('jobs')
    .set({ handed_at: null })
    .where('worker', 'is', null)
    .where('handed_at', '<', now.getTime() - FORGOTTEN_MS)
    .execute();
  const { handed } = await trx
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('handed'))
    .where('worker', 'is', null)
    .where('handed_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return handed;
}

/** Syncs and exports: they are few. */
function dueOfKinds(trx: Transaction<Tables>, now: Date, limit: number): Promise<readonly Selectable<JobsTable>[]> {
  return trx
    .selectFrom('jobs')
    .selectAll()
    .where('kind', 'in', ['sync', 'export'])
    .where('worker', 'is', null)
    .where('handed_at', 'is', null)
    .where('available_at', '<=', now.getTime())
    .where(mayBeAsked(now))
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** The first ones of every registry, then the second ones, and so on: a million jobs of one keep no other waiting. */
async function dueScans(trx: Transaction<Tables>, now: Date, limit: number): Promise<readonly Selectable<JobsTable>[]> {
  const { rows } = await sql<Selectable<JobsTable>>`
    select due.* from registries
    cross join lateral (
      select jobs.*, row_number() over (order by priority desc, id) as turn from (
        select * from jobs
        where kind = 'scan' and registry_id = registries.id and worker is null and handed_at is null
          and available_at <= ${now.getTime()}
        order by priority desc, id
        limit ${PER_REGISTRY}
      ) as jobs
    ) as due
    where not exists (
      select 1 from registry_budgets
      where registry_budgets.registry_id = registries.id and registry_budgets.remaining <= 0
        and registry_budgets.opens_at > ${now.getTime()}
    )
    order by due.priority desc, due.turn, due.id
    limit ${limit}`.execute(trx);
  return rows;
}
