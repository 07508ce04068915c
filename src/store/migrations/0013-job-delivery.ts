import { type Kysely, sql } from 'kysely';

/** Jobs that somebody delivers, what comes first, and leases on what only one process does at a time. */
export async function addJobDelivery(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table jobs add column priority integer not null default 0',
    'alter table jobs add column handed_at bigint',
    'drop index jobs_waiting',
    'create index jobs_waiting on jobs (kind, priority desc, id) where worker is null',
    'create index jobs_to_hand on jobs (kind, registry_id, priority desc, id) where handed_at is null and worker is null',
    'create index jobs_handed on jobs (handed_at) where handed_at is not null and worker is null',
    'create table leases (name text primary key, holder text not null, lease_until bigint not null)',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
