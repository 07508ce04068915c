import { type Kysely, sql } from 'kysely';
import type { Image } from '../model/image.ts';
import type { ScanStatus, TaskStatus } from '../model/scan.ts';
import { imageSelection } from './image-conditions.ts';
import { imagesById } from './image-list.ts';
import type { ImageSelection } from './image-query.ts';
import type { ImageScanProgress, TaskProgress } from './store.ts';
import type { Tables } from './tables.ts';

const open = sql<number>`sum(case when scan_task_images.status in ('queued', 'running') then 1 else 0 end)`;
const atRisk = sql<number>`sum(case when images.vulnerabilities > 0 or images.malware_files > 0 or images.risks > 0 or images.secrets > 0 then 1 else 0 end)`;

/** How far a task has come; `undefined` when there is none of this id. */
export async function progressOfTask(
  db: Kysely<Tables>,
  taskId: number,
  imageLimit: number,
  now: Date,
): Promise<TaskProgress | undefined> {
  const task = await db.selectFrom('scan_tasks').selectAll().where('id', '=', taskId).executeTakeFirst();
  if (!task) return undefined;
  const sums = await db
    .selectFrom('scan_task_images')
    .leftJoin('images', 'images.id', 'scan_task_images.image_id')
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      open.as('open'),
      sql<number>`sum(case when scan_task_images.status = 'succeeded' then 1 else 0 end)`.as('succeeded'),
      sql<number>`sum(case when scan_task_images.status = 'succeeded' and (images.vulnerabilities > 0 or images.malware_files > 0 or images.risks > 0 or images.secrets > 0) then 1 else 0 end)`.as(
        'at_risk',
      ),
      sql<number>`sum(case when scan_task_images.status in ('queued', 'running') then scan_task_images.progress else 100 end)`.as(
        'progress',
      ),
      sql<number>`max(case when scan_task_images.status = 'running' then scan_task_images.remaining_seconds else 0 end)`.as(
        'remaining',
      ),
    ])
    .where('scan_task_images.task_id', '=', taskId)
    .executeTakeFirstOrThrow();
  const finished = sums.total - sums.open;
  const rows = await db
    .selectFrom('scan_task_images')
    .select(['image_id', 'status'])
    .where('task_id', '=', taskId)
    .orderBy(sql`case status when 'running' then 0 when 'queued' then 2 else 1 end`)
    .orderBy('image_id', 'desc')
    .limit(imageLimit)
    .execute();
  const states = new Map(rows.map((row) => [row.image_id, imageStatuses[row.status] ?? 'not-scanned']));
  const images = await imagesById(
    db,
    rows.map((row) => row.image_id),
  );
  const running = task.status === 'queued' || task.status === 'running';
  return {
    id: taskId,
    status: task.status as TaskStatus,
    total: sums.total,
    finished,
    succeeded: sums.succeeded,
    atRisk: sums.at_risk,
    progress: sums.total === 0 ? 100 : Math.floor(sums.progress / sums.total),
    remainingSeconds: running ? remaining(task.started_at, sums, now) : 0,
    images: images.map((image) => imageProgress(image, states.get(image.id) ?? image.scanStatus)),
  };
}

/** At the pace so far, counting the parts of images; never less than the longest of the running ones still needs. */
function remaining(
  startedAt: number | null,
  sums: { readonly total: number; readonly progress: number; readonly remaining: number },
  now: Date,
): number {
  if (startedAt === null || sums.progress === 0) return sums.remaining;
  const seconds = (now.getTime() - startedAt) / 1000;
  const rest = sums.total * 100 - sums.progress;
  return Math.max(1, sums.remaining, Math.ceil((seconds * rest) / sums.progress));
}

const imageStatuses: Readonly<Record<string, ScanStatus>> = {
  queued: 'not-scanned',
  running: 'scanning',
  succeeded: 'scanned',
  failed: 'failed',
  canceled: 'canceled',
  'timed-out': 'failed',
};

/** The last known scan states of selected images, whatever task they belong to. */
export async function progressOfSelection(
  db: Kysely<Tables>,
  selection: ImageSelection,
  imageLimit: number,
): Promise<TaskProgress> {
  const sums = await db
    .selectFrom('images')
    // An image is in one unfinished task at most.
    .leftJoin('scan_task_images as busy', (join) =>
      join.onRef('busy.image_id', '=', 'images.id').on('busy.status', 'in', ['queued', 'running']),
    )
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      fn.count<number>('busy.image_id').as('open'),
      sql<number | null>`sum(case when scan_status = 'scanned' then 1 else 0 end)`.as('succeeded'),
      sql<number | null>`sum(case when scan_status = 'not-scanned' and busy.image_id is null then 1 else 0 end)`.as(
        'untouched',
      ),
      sql<number | null>`sum(case when scan_status = 'canceled' then 1 else 0 end)`.as('canceled'),
      atRisk.as('at_risk'),
      sql<
        number | null
      >`sum(case when busy.image_id is not null then busy.progress when scan_status = 'not-scanned' then 0 else 100 end)`.as(
        'progress',
      ),
      sql<number | null>`max(case when busy.status = 'running' then busy.remaining_seconds else 0 end)`.as('remaining'),
    ])
    .where('images.id', 'in', (eb) =>
      eb
        .selectFrom('images')
        .select('images.id')
        .where((image) => imageSelection(image, selection)),
    )
    .executeTakeFirstOrThrow();
  const ids = await db
    .selectFrom('images')
    .select('images.id')
    .where((eb) => imageSelection(eb, selection))
    .orderBy(sql`case scan_status when 'scanning' then 0 else 1 end`)
    .orderBy('images.id', 'desc')
    .limit(imageLimit)
    .execute();
  const images = await imagesById(
    db,
    ids.map((row) => row.id),
  );
  const running = sums.open > 0;
  const untouched = (sums.untouched ?? 0) === sums.total;
  // Stopped before anything had a result.
  const canceled = (sums.untouched ?? 0) + (sums.canceled ?? 0) === sums.total;
  return {
    status: running ? 'running' : untouched ? 'none' : canceled ? 'canceled' : 'finished',
    total: sums.total,
    finished: sums.total - sums.open - (sums.untouched ?? 0),
    succeeded: sums.succeeded ?? 0,
    atRisk: sums.at_risk ?? 0,
    progress: sums.total === 0 ? 0 : Math.floor((sums.progress ?? 0) / sums.total),
    remainingSeconds: running ? (sums.remaining ?? 0) : 0,
    images: images.map((image) => imageProgress(image, image.scanStatus)),
  };
}

const imageProgress = (image: Image, status: ScanStatus): ImageScanProgress => ({
  image,
  status,
  vulnerability: image.summary.vulnerability,
  malware: image.summary.malware,
  risk: image.summary.risk,
});
