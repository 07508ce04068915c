import { type Kysely, type Selectable, sql } from 'kysely';
import type { ScanKind, TaskStatus } from '../model/scan.ts';
import { toDate } from './image-rows.ts';
import type { TaskEntry } from './store.ts';
import type { ScanTasksTable, Tables } from './tables.ts';

export async function findTask(db: Kysely<Tables>, taskId: number): Promise<TaskEntry | undefined> {
  const row = await db.selectFrom('scan_tasks').selectAll().where('id', '=', taskId).executeTakeFirst();
  return row && toEntry(row);
}

export async function findLatestTask(db: Kysely<Tables>, kind: ScanKind): Promise<TaskEntry | undefined> {
  const row = await db
    .selectFrom('scan_tasks')
    .selectAll()
    .where('kinds', 'like', `%"${kind}"%`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toEntry(row);
}

/** Different vulnerabilities that are counted in any image of the task. */
export async function countTaskVulnerabilities(db: Kysely<Tables>, taskId: number): Promise<number> {
  const { total } = await db
    .selectFrom('scan_task_images')
    .innerJoin('images', 'images.id', 'scan_task_images.image_id')
    .innerJoin('findings', 'findings.artifact_id', 'images.artifact_id')
    .select(sql<number>`count(distinct findings.vulnerability_number)`.as('total'))
    .where('scan_task_images.task_id', '=', taskId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('ignored_findings as ignored')
            .select('ignored.artifact_id')
            .whereRef('ignored.artifact_id', '=', 'findings.artifact_id')
            .whereRef('ignored.vulnerability_number', '=', 'findings.vulnerability_number'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return total;
}

function toEntry(row: Selectable<ScanTasksTable>): TaskEntry {
  const [startedAt, finishedAt] = [toDate(row.started_at), toDate(row.finished_at)];
  return {
    id: row.id,
    kinds: JSON.parse(row.kinds) as ScanKind[],
    status: row.status as TaskStatus,
    createdAt: new Date(row.created_at),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
  };
}
