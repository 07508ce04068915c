import type { Transaction } from 'kysely';
import type { KindState } from '../model/scan.ts';
import { imageSelection } from './image-conditions.ts';
import type { ImageSelection } from './image-query.ts';
import { endScanning } from './scan-state.ts';
import type { Tables } from './tables.ts';

// How scan tasks end. Whoever moves a task on has taken its row first: two last images that end at the same moment
// must not each think that the other still runs.

type Write = Transaction<Tables>;

export const unfinished = ['queued', 'running'] as const;

export const isUnfinished = (status: string): boolean => (unfinished as readonly string[]).includes(status);

/** The task, locked until the transaction ends; undefined when there is none. */
export function lockTask(trx: Write, taskId: number) {
  return trx.selectFrom('scan_tasks').selectAll().where('id', '=', taskId).forUpdate().executeTakeFirst();
}

/** Ends a task that still runs: its waiting jobs go, and what is being scanned is marked. Idempotent. */
export async function endTask(trx: Write, taskId: number, status: 'canceled' | 'timed-out', at: Date): Promise<void> {
  const task = await lockTask(trx, taskId);
  if (!task || !isUnfinished(task.status)) return;
  await trx.updateTable('scan_tasks').set({ status, finished_at: at.getTime() }).where('id', '=', taskId).execute();
  await endImages(trx, taskId, status);
}

/** Stops the unfinished scans of these images, in whatever task; returns how many there were. */
export async function cancelImages(trx: Write, selection: ImageSelection, at: Date): Promise<number> {
  const tasks = await trx
    .selectFrom('scan_task_images')
    .select('task_id')
    .distinct()
    .where('status', 'in', [...unfinished])
    .where('image_id', 'in', selectedIds(trx, selection))
    .orderBy('task_id')
    .execute();
  let canceled = 0;
  for (const { task_id: taskId } of tasks) {
    if (!(await lockTask(trx, taskId))) continue;
    canceled += await endImages(trx, taskId, 'canceled', selection);
    await endFinishedTask(trx, taskId, at);
  }
  return canceled;
}

/** A task whose images have all ended is finished; canceled when every one of them was. The task is locked. */
export async function endFinishedTask(trx: Write, taskId: number, at: Date): Promise<void> {
  const states = await trx
    .selectFrom('scan_task_images')
    .select('status')
    .distinct()
    .where('task_id', '=', taskId)
    .execute();
  const all = states.map((row) => row.status);
  if (all.some(isUnfinished)) return;
  await trx
    .updateTable('scan_tasks')
    .set({ status: all.length === 1 && all[0] === 'canceled' ? 'canceled' : 'finished', finished_at: at.getTime() })
    .where('id', '=', taskId)
    .where('status', 'in', [...unfinished])
    .execute();
}

/** Ends unfinished images of a locked task, all or the selected; returns how many. */
async function endImages(
  trx: Write,
  taskId: number,
  status: 'canceled' | 'timed-out',
  selection?: ImageSelection,
): Promise<number> {
  const open = trx
    .selectFrom('scan_task_images')
    .where('task_id', '=', taskId)
    .where('status', 'in', [...unfinished])
    .$if(selection !== undefined, (query) => query.where('image_id', 'in', selectedIds(trx, selection ?? {})));
  const running = await open.select('image_id').where('status', '=', 'running').execute();
  const ended = await trx
    .updateTable('scan_task_images')
    .set({ status, remaining_seconds: 0 })
    .where('task_id', '=', taskId)
    .where('image_id', 'in', open.select('image_id'))
    .executeTakeFirst();
  await trx
    .deleteFrom('jobs')
    .where('task_id', '=', taskId)
    .where('image_id', 'in', (eb) =>
      eb.selectFrom('scan_task_images').select('image_id').where('task_id', '=', taskId).where('status', '=', status),
    )
    .execute();
  await endScanning(
    trx,
    running.map((row) => row.image_id),
    endStates[status],
  );
  return Number(ended.numUpdatedRows);
}

const selectedIds = (trx: Write, selection: ImageSelection) =>
  trx
    .selectFrom('images')
    .select('images.id')
    .where((eb) => imageSelection(eb, selection));

const endStates: Readonly<Record<'canceled' | 'timed-out', KindState>> = {
  canceled: { status: 'canceled', progress: 100, cause: 'canceled' },
  'timed-out': { status: 'failed', progress: 100, cause: 'scan-timeout' },
};
