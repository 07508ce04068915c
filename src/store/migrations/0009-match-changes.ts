import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** What matching with other advisories changed, and what it takes to match only the images that these concern. */
export async function addMatchChanges(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const id =
    engine === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  for (const statement of [
    `create table match_changes (id ${id}, at bigint not null, artifact_id bigint not null, from_match text not null,
      to_match text not null, vulnerability_id text not null, change text not null, reason text not null,
      severity integer not null, packages text not null, detail text not null)`,
    'create index match_changes_by_time on match_changes (at, id)',
    // Every name that some inventory ever held: where to look, not what is there.
    `create table package_names (ecosystem text not null, name text not null, source_name text not null,
      primary key (ecosystem, name, source_name))`,
    `insert into package_names (ecosystem, name, source_name)
      select distinct ecosystem, name, coalesce(source_name, '') from packages`,
    'create index artifacts_by_snapshot on artifacts (advisory_snapshot, id)',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
