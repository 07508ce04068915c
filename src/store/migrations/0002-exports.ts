import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** Exports with their pieces; a job may belong to an export instead of a registry. */
export async function addExports(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [
    ...tables(engine),
    ...(engine === 'sqlite' ? sqliteJobs : postgresJobs),
    'create index jobs_by_export on jobs (export_id)',
  ]) {
    await sql.raw(statement).execute(db);
  }
}

function tables(engine: Engine): readonly string[] {
  const id =
    engine === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  return [
    `create table exports (id ${id}, kind text not null, selection text not null, columns text not null,
      format text not null, language text not null, status text not null, progress integer not null,
      attempt integer not null, failure_cause text, failure_detail text not null, created_by text not null,
      created_at bigint not null, finished_at bigint, expires_at bigint not null, row_count bigint, bytes bigint not null)`,
    `create table export_chunks (export_id bigint not null references exports (id) on delete cascade,
      attempt integer not null, sequence integer not null, bytes ${engine === 'sqlite' ? 'blob' : 'bytea'} not null,
      primary key (export_id, attempt, sequence))`,
    'create index exports_by_created_at on exports (created_at, id)',
    'create index exports_by_expires_at on exports (expires_at)',
  ];
}

// SQLite cannot drop a `not null`: the table is made anew, and its indexes with it.
const sqliteJobs = [
  `create table jobs_new (id integer primary key autoincrement, kind text not null,
    registry_id bigint references registries (id) on delete cascade,
    task_id bigint references scan_tasks (id) on delete cascade, image_id bigint,
    export_id bigint references exports (id) on delete cascade, attempt integer not null,
    available_at bigint not null, worker text, lease_until bigint)`,
  `insert into jobs_new (id, kind, registry_id, task_id, image_id, attempt, available_at, worker, lease_until)
    select id, kind, registry_id, task_id, image_id, attempt, available_at, worker, lease_until from jobs`,
  'drop table jobs',
  'alter table jobs_new rename to jobs',
  'create index jobs_waiting on jobs (kind, id) where worker is null',
  'create index jobs_by_task on jobs (task_id, image_id)',
];

const postgresJobs = [
  'alter table jobs alter column registry_id drop not null',
  'alter table jobs add column export_id bigint references exports (id) on delete cascade',
];
