import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';
import { firstCounters } from '../image-counters.ts';
import { countingTables, countingTriggers } from './image-counting.ts';

/** The first schema: see tables.ts for what each column means. */
export async function initial(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [
    ...tables(engine),
    ...indexes(engine),
    ...countingTriggers(engine, firstCounters),
    ...(engine === 'sqlite' ? [] : [postgresLower]),
  ]) {
    await sql.raw(statement).execute(db);
  }
}

const summaryColumns = `
  scan_status text not null, progress integer not null, remaining_seconds integer not null,
  vulnerability_status text not null, vulnerability_progress integer not null, vulnerability_cause text,
  malware_status text not null, malware_progress integer not null, malware_cause text,
  risk_status text not null, risk_progress integer not null, risk_cause text,
  scanned_at bigint, os_name text not null,
  vulnerabilities integer, critical integer, high integer, medium integer, low integer,
  malware_files integer, risks integer, secrets integer, packages integer,
  needs_fix integer, detail text not null`;

function tables(engine: Engine): readonly string[] {
  // Ids are never reused: a client may hold one for months.
  const id =
    engine === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  return [
    `create table registries (id ${id}, name text not null unique, type text not null, url text not null,
      username text not null, password_sealed text not null, net_type text not null, region text not null,
      version text not null, instance_id text not null, insecure integer not null, speed_limit integer not null,
      sync_mode integer not null, need_scan integer not null, webhook_url text not null, webhook_token_sealed text not null,
      created_at bigint not null, connection_status text not null, connection_cause text, connection_checked_at bigint,
      sync_status text not null, sync_cause text, sync_message text not null, synced_at bigint, skipped text not null)`,
    `create table repositories (id ${id}, registry_id bigint not null references registries (id) on delete cascade,
      path text not null, namespace text not null, name text not null, address text not null, unique (registry_id, path))`,
    `create table tags (id ${id}, registry_id bigint not null references registries (id) on delete cascade,
      repository_id bigint not null references repositories (id) on delete cascade, name text not null,
      digest text not null, etag text, skipped text not null, synced_at bigint not null, unique (repository_id, name))`,
    `create table artifacts (id ${id}, image_id text not null, layers_key text not null, os text not null,
      layers text not null, history text not null, summary text, scanned_at bigint, advisory_snapshot text, inventory text,
      unique (image_id, layers_key))`,
    `create table images (id ${id}, registry_id bigint not null references registries (id) on delete cascade,
      repository_id bigint not null references repositories (id) on delete cascade,
      tag_id bigint not null references tags (id) on delete cascade, tag text not null, digest text not null,
      image_id text not null, artifact_id bigint not null references artifacts (id), platform text not null,
      size bigint not null, created_at bigint, pushed_at bigint, listed_at bigint not null, latest integer not null, authorized integer not null,
      trusted integer not null, running integer, containers integer, fix_recommended integer, ${summaryColumns},
      unique (tag_id, digest, platform))`,
    ...countingTables(engine, firstCounters),
    `create table layer_reports (digest text not null, fingerprint text not null, report text not null,
      primary key (digest, fingerprint))`,
    `create table packages (artifact_id bigint not null references artifacts (id) on delete cascade, ecosystem text not null,
      name text not null, version text not null, architecture text, source_name text, source_version text,
      path text not null, layer text not null)`,
    `create table vulnerabilities (number ${id}, id text not null unique, aliases text not null, title text not null,
      description text not null, reference_urls text not null, published text, modified text)`,
    `create table findings (artifact_id bigint not null references artifacts (id) on delete cascade,
      vulnerability_number bigint not null references vulnerabilities (number), severity integer not null,
      score double precision, vector text, fixable integer not null, exploited integer not null, affected text not null,
      primary key (artifact_id, vulnerability_number))`,
    `create table scan_tasks (id ${id}, kinds text not null, status text not null, created_by text not null,
      created_at bigint not null, started_at bigint, finished_at bigint, deadline bigint)`,
    `create table scan_task_images (task_id bigint not null references scan_tasks (id) on delete cascade,
      image_id bigint not null, status text not null, progress integer not null, remaining_seconds integer not null,
      primary key (task_id, image_id))`,
    `create table jobs (id ${id}, kind text not null, registry_id bigint not null references registries (id) on delete cascade,
      task_id bigint references scan_tasks (id) on delete cascade, image_id bigint, attempt integer not null,
      available_at bigint not null, worker text, lease_until bigint)`,
    `create table api_keys (secret_id text primary key, secret_sealed text not null, name text not null, role text not null,
      created_at bigint not null, last_used_at bigint, revoked_at bigint)`,
    'create table settings (name text primary key, value text not null)',
  ];
}

/** Sort keys of the list; unknown values sort last when descending, on both engines. */
const sortedColumns = [
  'created_at',
  'scanned_at',
  'size',
  'vulnerabilities',
  'critical',
  'high',
  'malware_files',
  'secrets',
  'risks',
  'packages',
  'containers',
];

/** Flags that few rows have: those rows in the order of the list. The flag leads, because SQLite looks for equality first. */
const rareFlags = ['running', 'trusted', 'needs_fix', 'fix_recommended'];

/** What most lists are about: here is all that filters and sorting ask, so that no row is read in vain. */
const latestColumns = `registry_id, repository_id, authorized, scan_status, needs_fix, fix_recommended, scanned_at, size,
  vulnerabilities, critical, high, medium, low, malware_files, risks, secrets, packages`;

function indexes(engine: Engine): readonly string[] {
  // The list's descending order ends with the unknown and its ascending one begins with it, as SQLite's indexes do.
  const ordered = (column: string) => (engine === 'sqlite' ? column : `${column} nulls first`);
  const createdAt = ordered('created_at');
  return [
    ...sortedColumns.map((column) => `create index images_by_${column} on images (${ordered(column)}, id)`),
    ...rareFlags.map((flag) => `create index images_${flag} on images (${flag}, ${createdAt}, id) where ${flag} = 1`),
    `create index images_latest on images (latest, ${createdAt}, id, ${latestColumns}) where latest = 1`,
    `create index images_by_scan_status on images (scan_status, ${createdAt}, id)`,
    `create index images_by_registry on images (registry_id, ${createdAt}, id)`,
    `create index images_by_repository on images (repository_id, ${createdAt}, ${ordered('pushed_at')}, id)`,
    'create index images_by_artifact on images (artifact_id)',
    'create index images_by_image_id on images (image_id)',
    'create index images_by_digest on images (digest)',
    'create index images_by_tag on images (tag)',
    'create index tags_by_registry on tags (registry_id, synced_at)',
    'create index packages_by_artifact on packages (artifact_id)',
    'create index packages_by_name on packages (name, version)',
    'create index findings_by_vulnerability on findings (vulnerability_number)',
    'create index scan_task_images_by_image on scan_task_images (image_id, status)',
    'create index jobs_waiting on jobs (kind, id) where worker is null',
    'create index jobs_by_task on jobs (task_id, image_id)',
  ];
}

// lower() knows no more than ASCII in some locales, among them the one of most containers; ICU's root collation knows
// all letters. Built without ICU, PostgreSQL folds what its locale can.
const postgresLower = `do $do$ begin
  if exists (select 1 from pg_collation where collname = 'und-x-icu') then
    create function unicode_lower(text) returns text immutable parallel safe language sql
      as $$ select lower($1 collate "und-x-icu") $$;
  else
    create function unicode_lower(text) returns text immutable parallel safe language sql as $$ select lower($1) $$;
  end if;
end $do$`;
