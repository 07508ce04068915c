import { type Kysely, sql } from 'kysely';

/** The one timetable of scans, and how its last run went. */
export async function addScanSchedule(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table scan_schedule (id integer primary key check (id = 1), schedule text not null, updated_at bigint not null,
        last_slot bigint, last_run_at bigint, last_result text)`,
    )
    .execute(db);
}
