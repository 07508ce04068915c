import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** What may be asked of a registry, what has been, shared rate limits, and when a layer report was last of use. */
export async function addBudgets(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [
    `create table registry_limits (registry_id bigint primary key references registries (id) on delete cascade,
      requests bigint, requests_window_ms bigint, bytes bigint, bytes_window_ms bigint, concurrency integer)`,
    `create table registry_budgets (registry_id bigint not null references registries (id) on delete cascade,
      kind text not null, allowance bigint, window_ms bigint, remaining bigint not null, opens_at bigint not null,
      probe integer not null, primary key (registry_id, kind))`,
    `create table registry_traffic (registry_id bigint primary key references registries (id) on delete cascade,
      requests bigint not null, bytes bigint not null, busy_ms bigint not null)`,
    // What it holds is a second old at most: after a crash of PostgreSQL it may well be empty.
    `create ${engine === 'postgres' ? 'unlogged ' : ''}table rate_limits (name text primary key, points integer not null,
      resets_at bigint not null)`,
    'alter table layer_reports add column used_at bigint',
    'create index layer_reports_by_use on layer_reports (used_at, digest, fingerprint)',
    'alter table registries add column walk_started_at bigint',
    'alter table repositories add column walked_at bigint',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
