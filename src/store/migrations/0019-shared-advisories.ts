import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';

/** Compiled advisories that one process hands to the others, in pieces. */
export async function addSharedAdvisories(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [
    `create table advisory_files (id text primary key, format integer not null, snapshot text not null,
      sha256 text not null, pieces integer not null, compiled_at bigint not null, checked_at bigint not null)`,
    `create table advisory_pieces (file_id text not null, number integer not null,
      bytes ${engine === 'sqlite' ? 'blob' : 'bytea'} not null, primary key (file_id, number))`,
  ]) {
    await sql.raw(statement).execute(db);
  }
}
