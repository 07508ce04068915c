import { type Kysely, sql, type Transaction } from 'kysely';
import type { RegistryEvent } from '../model/registry-event.ts';
import type { Tables } from './tables.ts';

/** What of a repository is to be looked at. */
export interface Mark {
  /** A tag; '' for the list of tags alone, '*' for every tag of it. */
  readonly tag: string;
  /** Whether the last event was a push. */
  readonly pushed: boolean;
  readonly revision: number;
  readonly attempts: number;
}

/** Marks of one repository, and as they were read. */
export interface Look {
  readonly repository: string;
  readonly marks: readonly Mark[];
}
export type DueRepository = Look;

type Write = Transaction<Tables>;

/** A burst is waited for so long: its many events become one look. */
const QUIET_MS = 1_000;
/** What has been looked at so lately and changes again is waited for longer. */
const BUSY_MS = 30_000;
const BUSY_QUIET_MS = 5_000;
/** After a look a mark says for so long that an event came. */
const REMEMBERED_MS = 86_400_000;
const ROWS_PER_STATEMENT = 100;

const WHOLE_REPOSITORY = '*';
const LIST_OF_TAGS = '';

/** Where an event says to look; undefined for a manifest without a tag, which is no row of the list. */
function placeOf({ kind, tag, digest }: RegistryEvent): string | undefined {
  if (tag !== undefined) return tag;
  if (kind === 'deleted') return LIST_OF_TAGS;
  return digest === undefined ? WHOLE_REPOSITORY : undefined;
}

/** One mark for each place, however many events say the same. */
export async function markEvents(
  trx: Write,
  registryId: number,
  events: readonly RegistryEvent[],
  now: number,
): Promise<void> {
  const marks = new Map<string, { repository: string; tag: string; pushed: number }>();
  for (const event of events) {
    const { kind, repository } = event;
    const tag = placeOf(event);
    if (tag !== undefined) marks.set(`${repository}:${tag}`, { repository, tag, pushed: Number(kind === 'pushed') });
  }
  // In one order everywhere: two requests that mark the same must not wait for each other in a circle.
  const rows = [...marks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mark]) => mark);
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    const values = rows.slice(at, at + ROWS_PER_STATEMENT).map((row) => ({
      registry_id: registryId,
      ...row,
      revision: 1,
      attempts: 0,
      noticed_at: now,
      due_at: now + QUIET_MS,
    }));
    await trx
      .insertInto('event_marks')
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(['registry_id', 'repository', 'tag']).doUpdateSet((eb) => ({
          pushed: eb.ref('excluded.pushed'),
          revision: eb('event_marks.revision', '+', 1),
          attempts: 0,
          noticed_at: sql<number>`case when event_marks.due_at is null then excluded.noticed_at else event_marks.noticed_at end`,
          due_at: sql<number>`case
            when event_marks.due_at < excluded.due_at then event_marks.due_at
            when event_marks.due_at is null and event_marks.noticed_at > ${now - BUSY_MS} then ${now + BUSY_QUIET_MS}
            else excluded.due_at end`,
        })),
      )
      .execute();
  }
}

export async function dueRegistries(read: Kysely<Tables>, now: number, limit: number): Promise<readonly number[]> {
  const rows = await read
    .selectFrom('event_marks')
    .select('registry_id')
    .where('due_at', '<=', now)
    .groupBy('registry_id')
    .orderBy(({ fn }) => fn.min('due_at'))
    .limit(limit)
    .execute();
  return rows.map((row) => row.registry_id);
}

/** With all that waits of them: one look serves what would be due in a moment, too. */
export async function dueRepositories(
  read: Kysely<Tables>,
  registryId: number,
  now: number,
  limit: number,
): Promise<readonly DueRepository[]> {
  const due = await read
    .selectFrom('event_marks')
    .select('repository')
    .where('registry_id', '=', registryId)
    .where('due_at', '<=', now)
    .groupBy('repository')
    .orderBy(({ fn }) => fn.min('due_at'))
    .orderBy('repository')
    .limit(limit)
    .execute();
  if (due.length === 0) return [];
  const names = due.map((row) => row.repository);
  const rows = await read
    .selectFrom('event_marks')
    .selectAll()
    .where('registry_id', '=', registryId)
    .where('repository', 'in', names)
    .where('due_at', 'is not', null)
    .execute();
  const byRepository = Map.groupBy(rows, (row) => row.repository);
  return names.map((repository) => ({
    repository,
    marks: (byRepository.get(repository) ?? []).map(({ tag, pushed, revision, attempts }) => ({
      tag,
      pushed: pushed === 1,
      revision,
      attempts,
    })),
  }));
}

export async function pendingMarks(read: Kysely<Tables>, registryId: number): Promise<number> {
  const { total } = await read
    .selectFrom('event_marks')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('registry_id', '=', registryId)
    .where('due_at', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(total);
}

/** Returns how long the longest of them had waited; undefined where none is settled. */
export async function settleMarks(
  trx: Write,
  registryId: number,
  look: Look,
  now: number,
): Promise<number | undefined> {
  let lagMs: number | undefined;
  for (const part of unchanged(registryId, look)) {
    const settled = await trx
      .updateTable('event_marks')
      .set({ due_at: null, attempts: 0 })
      .where(part)
      .returning('noticed_at')
      .execute();
    for (const row of settled) lagMs = Math.max(lagMs ?? 0, now - row.noticed_at);
  }
  await trx
    .deleteFrom('event_marks')
    .where('registry_id', '=', registryId)
    .where('repository', '=', look.repository)
    .where('due_at', 'is', null)
    .where('noticed_at', '<', now - REMEMBERED_MS)
    .execute();
  return lagMs;
}

/** Attempts above none say of what waits no longer that nobody has seen it. */
export const givenUp = { due_at: null, attempts: 1 } as const;

export async function giveUpMarks(trx: Write, registryId: number, look: Look): Promise<void> {
  for (const part of unchanged(registryId, look))
    await trx.updateTable('event_marks').set(givenUp).where(part).execute();
}

export async function postponeMarks(trx: Write, registryId: number, look: Look, until: number): Promise<void> {
  for (const part of unchanged(registryId, look)) {
    await trx
      .updateTable('event_marks')
      .set((eb) => ({ due_at: until, attempts: eb('attempts', '+', 1) }))
      .where(part)
      .execute();
  }
}

/** Conditions for the marks of a look that no event has changed since they were read. */
function* unchanged(registryId: number, { repository, marks }: Look) {
  for (let at = 0; at < marks.length; at += ROWS_PER_STATEMENT) {
    const some = marks.slice(at, at + ROWS_PER_STATEMENT);
    const same = some.map(({ tag, revision }) => sql`(tag = ${tag} and revision = ${revision})`);
    yield sql<boolean>`registry_id = ${registryId} and repository = ${repository} and due_at is not null
      and (${sql.join(same, sql` or `)})`;
  }
}
