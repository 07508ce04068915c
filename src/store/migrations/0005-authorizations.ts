import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** Who was authorised for scanning when, and who not: one task per day and type, and its log. */
export async function addAuthorizations(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const id =
    engine === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  for (const statement of [
    `create table authorization_tasks (id ${id}, type text not null, date text not null, last_at bigint not null,
      succeeded bigint not null, refused bigint not null, unique (type, date))`,
    `create table authorization_log (id ${id},
      task_id bigint not null references authorization_tasks (id) on delete cascade, image_id bigint not null,
      config_digest text not null, name text not null, at bigint not null, authorized integer not null)`,
    'create index authorization_log_by_task on authorization_log (task_id, at, id)',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
