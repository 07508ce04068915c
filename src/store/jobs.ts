import { type ExpressionBuilder, type Selectable, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { restoreScanState } from './scan-state.ts';
import type { Job, JobKind, JobStore } from './store.ts';
import type { JobsTable, Tables } from './tables.ts';
import { lockTask } from './task-ends.ts';

type Write = Transaction<Tables>;

/** Syncs and exports first: they are few, and people wait for them. */
const kindsInOrder: readonly JobKind[] = ['sync', 'export', 'scan'];

/** However many are asked for, scans go on beside them. */
const EXPORTS_AT_ONCE = 2;

/** Longer than any lease and any wait that we set: what lies further ahead was written when the clock was. */
const LONGEST_LEASE_MS = 2 * 3_600_000;
const LONGEST_WAIT_MS = 25 * 3_600_000;

export function createJobStore({ read, write, transaction }: Database): JobStore {
  const waitingJob = (trx: Write, kind: JobKind, now: Date, first?: number) => {
    let query = trx
      .selectFrom('jobs')
      .selectAll()
      .where('kind', '=', kind)
      .where('worker', 'is', null)
      .where('available_at', '<=', now.getTime())
      .where(mayBeAsked(now))
      .orderBy('priority', 'desc')
      .orderBy('id')
      .limit(1);
    if (kind === 'sync') {
      // Two walks over one registry would delete what the other has just seen.
      query = query.where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('jobs as other')
              .select('other.id')
              .whereRef('other.registry_id', '=', 'jobs.registry_id')
              .where('other.kind', '=', 'sync')
              .where('other.worker', 'is not', null),
          ),
        ),
      );
    }
    if (kind === 'export') {
      query = query.where(
        (eb) =>
          eb
            .selectFrom('jobs as other')
            .select(eb.fn.countAll<number>().as('running'))
            .where('other.kind', '=', 'export')
            .where('other.worker', 'is not', null),
        '<',
        EXPORTS_AT_ONCE,
      );
    }
    if (first !== undefined) query = query.where('jobs.id', '=', first);
    return query.forUpdate('jobs').skipLocked();
  };
  return {
    claim: (worker, now, leaseMs) =>
      transaction(async (trx) => {
        for (const kind of kindsInOrder) {
          const first = kind === 'scan' ? await firstScan(trx, now) : undefined;
          const row = await waitingJob(trx, kind, now, first).executeTakeFirst();
          if (!row || (kind === 'sync' && (await isWalked(trx, row.registry_id)))) continue;
          const attempt = row.attempt + 1;
          await trx
            .updateTable('jobs')
            .set({ worker, lease_until: now.getTime() + leaseMs, attempt })
            .where('id', '=', row.id)
            .execute();
          return toJob({ ...row, attempt });
        }
        return undefined;
      }),
    renew: async (jobId, worker, now, leaseMs) => {
      const renewed = await write
        .updateTable('jobs')
        .set({ lease_until: now.getTime() + leaseMs })
        .where('id', '=', jobId)
        .where('worker', '=', worker)
        .executeTakeFirst();
      return renewed.numUpdatedRows > 0n;
    },
    complete: async (jobId, worker) => {
      await write.deleteFrom('jobs').where('id', '=', jobId).where('worker', '=', worker).execute();
    },
    retry: (jobId, worker, at) => transaction((trx) => putBack(trx, jobId, worker, at, 0)),
    giveBack: (jobId, worker, now) => transaction((trx) => putBack(trx, jobId, worker, now, 1)),
    release: (now, all) =>
      transaction(async (trx) => {
        let query = trx
          .updateTable('jobs')
          .set({ worker: null, lease_until: null, handed_at: null, available_at: now.getTime() })
          .where('worker', 'is not', null);
        const at = now.getTime();
        if (!all)
          query = query.where((eb) =>
            eb.or([eb('lease_until', '<', at), eb('lease_until', '>', at + LONGEST_LEASE_MS)]),
          );
        const freed = await query.returningAll().execute();
        await restoreJobs(trx, freed);
        return freed.length;
      }),
    bringForward: (now) => transaction((trx) => bringForward(trx, now.getTime())),
    waiting: async () => {
      const { total } = await read
        .selectFrom('jobs')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
  };
}

/** What waits for a time that the clock had, and has no more. */
async function bringForward(trx: Write, at: number): Promise<void> {
  await trx
    .updateTable('jobs')
    .set({ available_at: at, handed_at: null })
    .where('worker', 'is', null)
    .where('available_at', '>', at + LONGEST_WAIT_MS)
    .execute();
  await sql`delete from registry_budgets where opens_at - coalesce(window_ms, 0) > ${at + LONGEST_WAIT_MS}`.execute(
    trx,
  );
  await trx
    .updateTable('event_marks')
    .set({ due_at: at })
    .where('due_at', '>', at + LONGEST_WAIT_MS)
    .execute();
}

/** Its registry is not one whose budget is spent. */
export const mayBeAsked = (now: Date) => (eb: ExpressionBuilder<Tables, 'jobs'>) =>
  eb.or([
    eb('jobs.registry_id', 'is', null),
    // Not correlated: it is asked once, however many jobs of such a registry wait.
    eb('jobs.registry_id', 'not in', closedRegistries(now)),
  ]);

/** Registries whose budget is spent. */
const closedRegistries = (now: Date) =>
  sql<number>`(select registry_id from registry_budgets where remaining <= 0 and opens_at > ${now.getTime()})`;

/**
 * The first scan that is due, found by way of the registries that may be asked: a million jobs of one that waits are not looked
 * at one by one. undefined where none waits, and the order of all jobs will do; 0, which no job has, where there is none.
 */
async function firstScan(trx: Write, now: Date): Promise<number | undefined> {
  const waiting = await sql`select 1 from ${closedRegistries(now)} as closed limit 1`.execute(trx);
  if (waiting.rows.length === 0) return undefined;
  const { rows } = await sql<{ id: number; priority: number }>`
    select jobs.id, jobs.priority from registries
    join jobs on jobs.id = (
      select due.id from jobs as due
      where due.kind = 'scan' and due.registry_id = registries.id and due.worker is null and due.handed_at is null
        and due.available_at <= ${now.getTime()}
      order by due.priority desc, due.id limit 1)
    where registries.id not in ${closedRegistries(now)}
    order by jobs.priority desc, jobs.id limit 1`.execute(trx);
  return rows[0]?.id ?? NO_JOB;
}
const NO_JOB = 0;

/**
 * Whether somebody walks this registry now. Asked again under a lock, because two workers may have found one waiting
 * job each at the same moment.
 */
export async function isWalked(trx: Write, registryId: number | null): Promise<boolean> {
  await trx.selectFrom('registries').select('id').where('id', '=', registryId).forUpdate().executeTakeFirst();
  const walked = await trx
    .selectFrom('jobs')
    .select('id')
    .where('kind', '=', 'sync')
    .where('registry_id', '=', registryId)
    .where('worker', 'is not', null)
    .executeTakeFirst();
  return walked !== undefined;
}

/** Takes a job from its worker, less the attempts that do not count; nothing when it is not this worker's any more. */
async function putBack(trx: Write, jobId: number, worker: string, at: Date, uncounted: 0 | 1): Promise<void> {
  const freed = await trx
    .updateTable('jobs')
    .set((eb) => ({
      worker: null,
      lease_until: null,
      handed_at: null,
      available_at: at.getTime(),
      attempt: eb('attempt', '-', uncounted),
    }))
    .where('id', '=', jobId)
    .where('worker', '=', worker)
    .returningAll()
    .execute();
  await restoreJobs(trx, freed);
}

/** What nobody works on any more must not look as if somebody did. */
export async function restoreJobs(trx: Write, freed: readonly Selectable<JobsTable>[]): Promise<void> {
  for (const job of freed) {
    if (job.kind === 'sync') {
      await trx.updateTable('registries').set({ sync_status: 'queued' }).where('id', '=', job.registry_id).execute();
      continue;
    }
    if (job.task_id === null || job.image_id === null) continue;
    await lockTask(trx, job.task_id);
    await trx
      .updateTable('scan_task_images')
      .set({ status: 'queued', progress: 0, remaining_seconds: 0 })
      .where('task_id', '=', job.task_id)
      .where('image_id', '=', job.image_id)
      .where('status', '=', 'running')
      .execute();
    await restoreScanState(trx, [job.image_id]);
  }
}

export const toJob = (row: Selectable<JobsTable>): Job => ({
  id: row.id,
  kind: row.kind as JobKind,
  ...(row.registry_id === null ? {} : { registryId: row.registry_id }),
  ...(row.task_id === null ? {} : { taskId: row.task_id }),
  ...(row.image_id === null ? {} : { imageId: row.image_id }),
  ...(row.export_id === null ? {} : { exportId: row.export_id }),
  attempt: row.attempt,
});
