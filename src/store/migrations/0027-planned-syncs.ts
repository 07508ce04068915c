import { type Kysely, sql } from 'kysely';

/** The planned time of a sync that was last acted on, for each registry. */
export async function addPlannedSyncs(db: Kysely<unknown>): Promise<void> {
  await sql`alter table registries add column sync_slot bigint`.execute(db);
}
