import { sql, type Transaction } from 'kysely';
import type { ScanKind, TaskStatus } from '../model/scan.ts';
import type { Database } from './database.ts';
import { imageSelection } from './image-conditions.ts';
import { imagesById } from './image-list.ts';
import { lockTaskCreation } from './lock-task-creation.ts';
import { endScanning, restoreScanState, setKinds, setProgress } from './scan-state.ts';
import type { StartedScan, TaskStore } from './store.ts';
import type { Tables } from './tables.ts';
import { cancelImages, endFinishedTask, endTask, isUnfinished, lockTask, unfinished } from './task-ends.ts';
import { countTaskVulnerabilities, findLatestTask, findTask } from './task-entries.ts';
import { progressOfSelection, progressOfTask } from './task-progress.ts';

type Write = Transaction<Tables>;

/** Somebody waits for it: before the scans of the timetable. */
const STARTED_BY_A_USER = 10;

export function createTaskStore(database: Database, now: () => Date): TaskStore {
  const { engine, read, transaction } = database;
  return {
    create: (task) =>
      transaction(async (trx) => {
        await lockTaskCreation(trx, engine);
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
          .columns(['kind', 'registry_id', 'task_id', 'image_id', 'attempt', 'available_at', 'priority'])
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
                sql.lit(task.scheduled ? 0 : STARTED_BY_A_USER).as('priority'),
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
      transaction(async (trx) => {
        if (!(await lockTask(trx, taskId))) return false;
        await endTask(trx, taskId, 'canceled', now());
        return true;
      }),
    cancelImages: (selection) => transaction((trx) => cancelImages(trx, selection, now())),
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
    get: (taskId) => findTask(read, taskId),
    latest: (kind) => findLatestTask(read, kind),
    countVulnerabilities: (taskId) => countTaskVulnerabilities(read, taskId),
    start: (taskId, imageId, supported) => transaction((trx) => start(trx, taskId, imageId, supported, now())),
    recordProgress: (taskId, imageId, percents, remainingSeconds) =>
      transaction(async (trx) => {
        const progress = meanOf(Object.values(percents));
        const running = await trx
          .updateTable('scan_task_images')
          .set({ progress, remaining_seconds: remainingSeconds })
          .where('task_id', '=', taskId)
          .where('image_id', '=', imageId)
          .where('status', '=', 'running')
          .executeTakeFirst();
        if (running.numUpdatedRows > 0n) await setProgress(trx, imageId, percents, remainingSeconds);
      }),
    reuse: (imageId) => transaction((trx) => restoreScanState(trx, [imageId])),
    finish: (taskId, imageId, outcome) =>
      transaction(async (trx) => {
        await endImage(trx, taskId, imageId, outcome, now());
      }),
    fail: (taskId, imageId, { cause, detail }) =>
      transaction(async (trx) => {
        const outcome = cause === 'scan-timeout' ? 'timed-out' : 'failed';
        if (!(await endImage(trx, taskId, imageId, outcome, now()))) return;
        await endScanning(trx, [imageId], { status: 'failed', progress: 100, cause }, detail);
      }),
    expire: (at) =>
      transaction(async (trx) => {
        const due = await trx
          .selectFrom('scan_tasks')
          .select('id')
          .where('status', 'in', [...unfinished])
          .where('deadline', '<=', at.getTime())
          .orderBy('id')
          .execute();
        for (const { id } of due) await endTask(trx, id, 'timed-out', at);
        return due.map(({ id }) => id);
      }),
  };
}

const meanOf = (percents: readonly number[]) =>
  percents.length === 0 ? 0 : Math.floor(percents.reduce((sum, each) => sum + each, 0) / percents.length);

/** Ends one image of a task, and the task with its last; false when the image had ended before. */
async function endImage(
  trx: Write,
  taskId: number,
  imageId: number,
  status: 'succeeded' | 'failed' | 'timed-out',
  at: Date,
): Promise<boolean> {
  if (!(await lockTask(trx, taskId))) return false;
  const ended = await trx
    .updateTable('scan_task_images')
    .set({ status, progress: 100, remaining_seconds: 0 })
    .where('task_id', '=', taskId)
    .where('image_id', '=', imageId)
    .where('status', 'in', [...unfinished])
    .executeTakeFirst();
  if (ended.numUpdatedRows === 0n) return false;
  await endFinishedTask(trx, taskId, at);
  return true;
}

async function start(
  trx: Write,
  taskId: number,
  imageId: number,
  supported: readonly ScanKind[],
  at: Date,
): Promise<StartedScan | undefined> {
  const task = await lockTask(trx, taskId);
  if (!task || !isUnfinished(task.status)) return undefined;
  const claimed = await trx
    .updateTable('scan_task_images')
    .set({ status: 'running', progress: 0, remaining_seconds: 0 })
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
  // What an earlier scan could not know is not said of this one.
  await setKinds(trx, [imageId], kinds, { status: 'scanning', progress: 0 }, '');
  return {
    image,
    kinds,
    taskCreatedAt: new Date(task.created_at),
    ...(task.deadline === null ? {} : { deadline: new Date(task.deadline) }),
  };
}
