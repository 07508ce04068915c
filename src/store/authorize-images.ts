import { sql, type Transaction } from 'kysely';
import type { Engine } from './database.ts';
import { imageSelection } from './image-conditions.ts';
import type { ImageSelection } from './image-query.ts';
import type { Tables } from './tables.ts';

export type AuthorizationType = 'manual' | 'automatic';

export interface AuthorizationRequest {
  readonly selection: ImageSelection;
  /** At most so many images that are not authorised yet, the newest rows first. */
  readonly cap: number;
  /** Manual: all or nothing. Automatic: as many as the limit leaves room for. */
  readonly type: AuthorizationType;
}

export interface AuthorizationOutcome {
  /** Images that were not authorised before and are now. */
  readonly authorized: number;
  /** Images for which the limit left no room. */
  readonly refused: number;
}

/** Any number that no other lock of ours has. */
const LOCK = 5_019_002;

/** Authorises images and logs each of them. `limit`: how many images may be authorised in all; undefined = no limit. */
export async function authorizeImages(
  trx: Transaction<Tables>,
  engine: Engine,
  { selection, cap, type }: AuthorizationRequest,
  limit: number | undefined,
  at: Date,
): Promise<AuthorizationOutcome> {
  // One after the other: two at once would both find the same room. SQLite's one writer gives the same.
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
  const wanted = Math.min(cap, await countUnauthorized(trx, selection));
  if (wanted === 0) return { authorized: 0, refused: 0 };
  const room = limit === undefined ? wanted : Math.max(0, limit - (await countAuthorized(trx)));
  const authorized = room >= wanted ? wanted : type === 'automatic' ? room : 0;
  const refused = wanted - authorized;
  const taskId = await recordTask(trx, type, authorized, refused, at);
  await log(trx, taskId, selection, { offset: 0, amount: authorized, authorized: 1 }, at);
  await log(trx, taskId, selection, { offset: authorized, amount: refused, authorized: 0 }, at);
  await trx
    .updateTable('images')
    .set({ authorized: 1 })
    .where('authorized', '=', 0)
    .where('id', 'in', idsToAuthorize(trx, selection).limit(authorized))
    .execute();
  return { authorized, refused };
}

export async function countAuthorized(db: Pick<Transaction<Tables>, 'selectFrom'>): Promise<number> {
  const { total } = await db
    .selectFrom('image_counts')
    .select(({ fn }) => fn.sum<number | null>('amount').as('total'))
    .where('authorized', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(total ?? 0);
}

async function countUnauthorized(trx: Transaction<Tables>, selection: ImageSelection): Promise<number> {
  const { total } = await trx
    .selectFrom('images')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('images.authorized', '=', 0)
    .where((eb) => imageSelection(eb, selection))
    .executeTakeFirstOrThrow();
  return total;
}

const idsToAuthorize = (trx: Transaction<Tables>, selection: ImageSelection) =>
  trx
    .selectFrom('images')
    .select('images.id')
    .where('images.authorized', '=', 0)
    .where((eb) => imageSelection(eb, selection))
    .orderBy('images.id', 'desc');

async function recordTask(
  trx: Transaction<Tables>,
  type: AuthorizationType,
  authorized: number,
  refused: number,
  at: Date,
): Promise<number> {
  const { id } = await trx
    .insertInto('authorization_tasks')
    .values({
      type,
      date: at.toISOString().slice(0, 10),
      last_at: at.getTime(),
      succeeded: authorized,
      refused,
    })
    .onConflict((conflict) =>
      conflict.columns(['type', 'date']).doUpdateSet((eb) => ({
        last_at: eb.ref('excluded.last_at'),
        succeeded: sql<number>`authorization_tasks.succeeded + excluded.succeeded`,
        refused: sql<number>`authorization_tasks.refused + excluded.refused`,
      })),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function log(
  trx: Transaction<Tables>,
  taskId: number,
  selection: ImageSelection,
  part: { readonly offset: number; readonly amount: number; readonly authorized: 0 | 1 },
  at: Date,
): Promise<void> {
  if (part.amount === 0) return;
  await trx
    .insertInto('authorization_log')
    .columns(['task_id', 'image_id', 'config_digest', 'name', 'at', 'authorized'])
    .expression(
      trx
        .selectFrom('images')
        .innerJoin('repositories', 'repositories.id', 'images.repository_id')
        .select([
          sql.lit(taskId).as('task_id'),
          'images.id as image_id',
          'images.image_id as config_digest',
          sql<string>`repositories.address || ':' || images.tag`.as('name'),
          sql.lit(at.getTime()).as('at'),
          sql.lit(part.authorized).as('authorized'),
        ])
        .where('images.id', 'in', idsToAuthorize(trx, selection).offset(part.offset).limit(part.amount))
        .orderBy('images.id', 'desc'),
    )
    .execute();
}
