import { sql, type Transaction } from 'kysely';
import type { KindState, ScanKind, TaskStatus } from '../model/scan.ts';
import type { Database } from './database.ts';
import { imageSelection } from './image-conditions.ts';
import { imagesById } from './image-list.ts';
import { endScanning, restoreScanState, setKinds, setProgress } from './scan-state.ts';
import type { StartedScan, TaskStore } from './store.ts';
import type { Tables } from './tables.ts';
import { progressOfSelection, progressOfTask } from './task-progress.ts';

type Write = Transaction<Tables>;

const unfinished = ['queued', 'running'] as const;

export function createTaskStore(database: Database, now: () => Date): TaskStore {
  const { read, write } = database;
  return {
    create: (task) =>
      write.transaction().execute(async (trx) => {
        const { id } = await trx
          .insertInto('scan_tasks')
          .values({
            kinds: JSON.stringify(task.kinds),
            status: 'queued',
            created_by: task.createdBy,
            created_at: now().getTime(),
            deadline: task.timeoutSeconds ? now().getTime() + task.timeoutSeconds * 1000 : null,
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        const inserted = await trx
          .insertInto('scan_task_images')
          .columns(['task_id', 'image_id', 'status', 'progress', 'remaining_seconds'])
          .expression(
            trx
              .selectFrom('images')
              .select([
                sql.lit(id).as('task_id'),
                'images.id as image_id',
                sql.lit('queued').as('status'),
                sql.lit(0).as('progress'),
                sql.lit(0).as('remaining_seconds'),
              ])
              .where((eb) => imageSelection(eb, { ...task.selection, authorizedOnly: true }))
              // What another task is about to scan, or is scanning, is not scanned twice.
              .where((eb) =>
                eb.not(
                  eb.exists(
                    eb
                      .selectFrom('scan_task_images as busy')
                      .select('busy.image_id')
                      .whereRef('busy.image_id', '=', 'images.id')
                      .where('busy.status', 'in', [...unfinished]),
                  ),
                ),
              ),
          )
          .executeTakeFirst();
        const images = Number(inserted.numInsertedOrUpdatedRows ?? 0n);
        if (images === 0) {
          await trx.deleteFrom('scan_tasks').where('id', '=', id).execute();
          return undefined;
        }
        await trx
          .insertInto('jobs')
          .columns(['kind', 'registry_id', 'task_id', 'image_id', 'attempt', 'available_at'])
          .expression(
            trx
              .selectFrom('scan_task_images')
              .innerJoin('images', 'images.id', 'scan_task_images.image_id')
              .select([
                sql.lit('scan').as('kind'),
                'images.registry_id',
                'scan_task_images.task_id',
                'scan_task_images.image_id',
                sql.lit(0).as('attempt'),
                sql.lit(now().getTime()).as('available_at'),
              ])
              .where('scan_task_images.task_id', '=', id)
              .orderBy('images.id', 'desc'),
          )
          .execute();
        return { id, images };
      }),
    progress: (taskId, imageLimit) => progressOfTask(read, taskId, imageLimit, now()),
    progressOf: (selection, imageLimit) => progressOfSelection(read, selection, imageLimit),
    cancel: (taskId) =>
      write.transaction().execute(async (trx) => {
        const task = await trx.selectFrom('scan_tasks').select('id').where('id', '=', taskId).executeTakeFirst();
        if (!task) return false;
        await endTask(trx, taskId, 'canceled', now());
        return true;
      }),
    cancelImages: (selection) => write.transaction().execute((trx) => cancelImages(trx, selection, now())),
    list: async ({ offset, limit }) => {
      const { total } = await read
        .selectFrom('scan_tasks')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const rows = await read
        .selectFrom('scan_tasks')
        .selectAll()
        .select((eb) => [
          eb
            .selectFrom('scan_task_images')
            .select(eb.fn.countAll<number>().as('n'))
            .whereRef('task_id', '=', 'scan_tasks.id')
            .as('total'),
          eb
            .selectFrom('scan_task_images')
            .select(eb.fn.countAll<number>().as('n'))
            .whereRef('task_id', '=', 'scan_tasks.id')
            .where('scan_task_images.status', 'not in', [...unfinished])
            .as('finished'),
        ])
        .orderBy('id', 'desc')
        .offset(offset)
        .limit(limit)
        .execute();
      return {
        total,
        rows: rows.map((row) => ({
          id: row.id,
          status: row.status as TaskStatus,
          total: row.total ?? 0,
          finished: row.finished ?? 0,
          createdAt: new Date(row.created_at),
          ...(row.finished_at === null ? {} : { finishedAt: new Date(row.finished_at) }),
          createdBy: row.created_by,
        })),
      };
    },
    start: (taskId, imageId, supported) =>
      write.transaction().execute((trx) => start(trx, taskId, imageId, supported, now())),
    recordProgress: (taskId, imageId, kind, progress, remainingSeconds) =>
      write.transaction().execute(async (trx) => {
        const running = await trx
          .updateTable('scan_task_images')
          .set({ progress, remaining_seconds: remainingSeconds })
          .where('task_id', '=', taskId)
          .where('image_id', '=', imageId)
          .where('status', '=', 'running')
          .executeTakeFirst();
        if (running.numUpdatedRows > 0n) await setProgress(trx, imageId, kind, progress, remainingSeconds);
      }),
    reuse: (imageId) => write.transaction().execute((trx) => restoreScanState(trx, [imageId])),
    finish: (taskId, imageId, outcome) =>
      write.transaction().execute(async (trx) => {
        await trx
          .updateTable('scan_task_images')
          .set({ status: outcome, progress: 100, remaining_seconds: 0 })
          .where('task_id', '=', taskId)
          .where('image_id', '=', imageId)
          .where('status', 'in', [...unfinished])
          .execute();
        await endFinishedTask(trx, taskId, now());
      }),
    expire: (at) =>
      write.transaction().execute(async (trx) => {
        const due = await trx
          .selectFrom('scan_tasks')
          .select('id')
          .where('status', 'in', [...unfinished])
          .where('deadline', '<=', at.getTime())
          .execute();
        for (const { id } of due) await endTask(trx, id, 'timed-out', at);
        return due.map(({ id }) => id);
      }),
  };
}

async function start(
  trx: Write,
  taskId: number,
  imageId: number,
  supported: readonly ScanKind[],
  at: Date,
): Promise<StartedScan | undefined> {
  const task = await trx.selectFrom('scan_tasks').selectAll().where('id', '=', taskId).executeTakeFirst();
  if (!task || !(unfinished as readonly string[]).includes(task.status)) return undefined;
  const claimed = await trx
    .updateTable('scan_task_images')
    .set({ status: 'running', progress: 0 })
    .where('task_id', '=', taskId)
    .where('image_id', '=', imageId)
    .where('status', 'in', [...unfinished])
    .executeTakeFirst();
  const [image] = await imagesById(trx, [imageId]);
  if (claimed.numUpdatedRows === 0n || !image) return undefined;
  await trx
    .updateTable('scan_tasks')
    .set({ status: 'running', started_at: task.started_at ?? at.getTime() })
    .where('id', '=', taskId)
    .execute();
  const kinds = (JSON.parse(task.kinds) as ScanKind[]).filter((kind) => supported.includes(kind));
  await setKinds(trx, [imageId], kinds, { status: 'scanning', progress: 0 });
  return {
    image,
    kinds,
    taskCreatedAt: new Date(task.created_at),
    ...(task.deadline === null ? {} : { deadline: new Date(task.deadline) }),
  };
}

/** Ends a task that still runs: its waiting jobs go, and what is being scanned is marked. Idempotent. */
async function endTask(trx: Write, taskId: number, status: 'canceled' | 'timed-out', at: Date): Promise<void> {
  const open = await trx
    .updateTable('scan_tasks')
    .set({ status, finished_at: at.getTime() })
    .where('id', '=', taskId)
    .where('status', 'in', [...unfinished])
    .executeTakeFirst();
  if (open.numUpdatedRows === 0n) return;
  const running = await trx
    .selectFrom('scan_task_images')
    .select('image_id')
    .where('task_id', '=', taskId)
    .where('status', '=', 'running')
    .execute();
  await endScanning(
    trx,
    running.map((row) => row.image_id),
    endState(status),
  );
  await trx
    .updateTable('scan_task_images')
    .set({ status, remaining_seconds: 0 })
    .where('task_id', '=', taskId)
    .where('status', 'in', [...unfinished])
    .execute();
  await trx.deleteFrom('jobs').where('task_id', '=', taskId).execute();
}

const endState = (status: 'canceled' | 'timed-out'): KindState =>
  status === 'canceled'
    ? { status: 'canceled', progress: 100, cause: 'canceled' }
    : { status: 'failed', progress: 100, cause: 'scan-timeout' };

async function cancelImages(
  trx: Write,
  selection: Parameters<TaskStore['cancelImages']>[0],
  at: Date,
): Promise<number> {
  const open = await trx
    .selectFrom('scan_task_images')
    .innerJoin('images', 'images.id', 'scan_task_images.image_id')
    .select(['scan_task_images.task_id', 'scan_task_images.image_id', 'scan_task_images.status'])
    .where('scan_task_images.status', 'in', [...unfinished])
    .where((eb) => imageSelection(eb as never, selection) as never)
    .execute();
  await endScanning(
    trx,
    open.filter((row) => row.status === 'running').map((row) => row.image_id),
    endState('canceled'),
  );
  for (const { task_id, image_id } of open) {
    await trx
      .updateTable('scan_task_images')
      .set({ status: 'canceled' })
      .where('task_id', '=', task_id)
      .where('image_id', '=', image_id)
      .execute();
    await trx.deleteFrom('jobs').where('task_id', '=', task_id).where('image_id', '=', image_id).execute();
  }
  for (const taskId of new Set(open.map((row) => row.task_id))) await endFinishedTask(trx, taskId, at);
  return open.length;
}

/** A task whose images have all ended is finished; canceled when every one of them was. */
async function endFinishedTask(trx: Write, taskId: number, at: Date): Promise<void> {
  const states = await trx
    .selectFrom('scan_task_images')
    .select('status')
    .distinct()
    .where('task_id', '=', taskId)
    .execute();
  const all = states.map((row) => row.status);
  if (all.some((status) => (unfinished as readonly string[]).includes(status))) return;
  await trx
    .updateTable('scan_tasks')
    .set({ status: all.length === 1 && all[0] === 'canceled' ? 'canceled' : 'finished', finished_at: at.getTime() })
    .where('id', '=', taskId)
    .where('status', 'in', [...unfinished])
    .execute();
}
