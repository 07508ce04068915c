import { type Kysely, sql } from 'kysely';

/** What runs where, what each row's tag pointed at when it was last seen, and when a tag was missed. */
export async function addRunning(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table runtime_sources (name text primary key, taken_at bigint not null, expires_at bigint not null,
      counted integer not null, failure text not null)`,
    `create table runtime_images (source text not null references runtime_sources (name) on delete cascade,
      key text not null, reference text not null, address text not null, tag text not null, platform text not null,
      containers integer not null, primary key (source, key))`,
    `create table runtime_digests (source text not null, key text not null, digest text not null,
      primary key (source, key, digest),
      foreign key (source, key) references runtime_images (source, key) on delete cascade)`,
    'create index runtime_digests_by_digest on runtime_digests (digest)',
    'create index runtime_images_by_reference on runtime_images (address, tag)',
    `alter table images add column tag_digest text not null default ''`,
    'update images set tag_digest = (select digest from tags where tags.id = images.tag_id)',
    'create index images_by_tag_digest on images (tag_digest)',
    'alter table tags add column gone_at bigint',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
