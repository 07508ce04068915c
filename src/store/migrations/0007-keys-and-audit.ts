import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** Keys that end, temporary ones with a token, and who called what. */
export async function addKeysAndAudit(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const id =
    engine === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  for (const statement of [
    'alter table api_keys add column expires_at bigint',
    'alter table api_keys add column token_hash text',
    `create table audit_log (id ${id}, at bigint not null, secret_id text not null, key_name text not null, action text not null,
      parameters text not null, code text not null, request_id text not null)`,
    'create index audit_log_by_time on audit_log (at, id)',
  ]) {
    await sql.raw(statement).execute(db);
  }
}
