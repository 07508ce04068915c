import { type Kysely, sql } from 'kysely';

/** Events that registries push: what is to be looked at again, and how each registry's events fare. */
export async function addEvents(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table registry_events (registry_id bigint primary key references registries (id) on delete cascade,
      token_sealed text, accepted bigint not null default 0, refused bigint not null default 0, first_event_at bigint,
      last_event_at bigint, last_deleted_at bigint, last_refused_at bigint, complete_as_of bigint, lag_ms bigint,
      lost bigint not null default 0)`,
    `create table event_marks (registry_id bigint not null references registries (id) on delete cascade,
      repository text not null, tag text not null, pushed integer not null, revision bigint not null,
      attempts integer not null, noticed_at bigint not null, due_at bigint,
      primary key (registry_id, repository, tag))`,
    'create index event_marks_due on event_marks (due_at, registry_id) where due_at is not null',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
