import { sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** A walk over all repositories that reached its end. */
export interface WholeWalk {
  readonly startedAt: Date;
  /** Rows that it removed, because what they listed was gone. */
  readonly removedImages: number;
}

/** An event this much older than a walk is still about what the walk may find. */
const GRACE_MS = 600_000;

/**
 * Records since when the list is complete, and counts what events should have told before: only when they were in use
 * before the walk before this one, so that there was none they could not know of. A deletion counts only where the sender
 * tells of deletions.
 */
export async function recordWholeWalk(
  trx: Transaction<Tables>,
  registryId: number,
  { startedAt, removedImages }: WholeWalk,
): Promise<number> {
  const state = await trx
    .selectFrom('registry_events')
    .select(['first_event_at', 'last_deleted_at', 'complete_as_of'])
    .where('registry_id', '=', registryId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { first_event_at: first, complete_as_of: completeAsOf } = state;
  const inUse = first !== null && completeAsOf !== null && first <= completeAsOf;
  const removed = state.last_deleted_at === null ? 0 : removedImages;
  const lost = inUse ? (await countUntold(trx, registryId, startedAt.getTime())) + removed : 0;
  await trx
    .updateTable('registry_events')
    .set((eb) => ({ complete_as_of: startedAt.getTime(), lost: eb('lost', '+', lost) }))
    .where('registry_id', '=', registryId)
    .execute();
  // What later walks need not know.
  await trx
    .deleteFrom('event_marks')
    .where('registry_id', '=', registryId)
    .where('due_at', 'is', null)
    .where('noticed_at', '<', startedAt.getTime() - GRACE_MS)
    .execute();
  return lost;
}

/** Tags with a row that was listed since then, of which no event came. */
async function countUntold(trx: Transaction<Tables>, registryId: number, startedAt: number): Promise<number> {
  const { rows } = await sql<{ untold: number }>`
    select count(distinct images.tag_id) as untold from images
    join repositories on repositories.id = images.repository_id
    where images.registry_id = ${registryId} and images.listed_at >= ${startedAt} and not exists (
      select 1 from event_marks
      where event_marks.registry_id = ${registryId} and event_marks.repository = repositories.path
        and event_marks.tag in (images.tag, '*')
        and (event_marks.due_at is not null or event_marks.attempts > 0 or event_marks.noticed_at >= ${startedAt - GRACE_MS}))`.execute(
    trx,
  );
  return Number(rows[0]?.untold ?? 0);
}
