import { type Kysely, sql } from 'kysely';

/** What a connection test saw, which images are trusted and why, and what a sync looks at. */
export async function addTrustAndPatterns(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    'alter table registries add column connection_report text',
    `alter table registries add column sync_choice text not null default '{}'`,
    'alter table images add column trust_reason text',
    'alter table images add column trust_detail text',
    'alter table images add column trust_policy text',
    'alter table images add column trust_checked_at bigint',
    `create table trust_marks (registry_id bigint not null references registries (id) on delete cascade,
      repository text not null, digest text not null, trusted integer not null, author text not null, note text not null,
      marked_at bigint not null, primary key (registry_id, repository, digest))`,
  ]) {
    await sql.raw(statement).execute(db);
  }
}
