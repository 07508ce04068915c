import { type Kysely, sql } from 'kysely';

/** All containers are added up from an index alone: a million images may have a hundred thousand. */
export async function addContainerIndex(db: Kysely<unknown>): Promise<void> {
  await sql`create index runtime_images_by_containers on runtime_images (source, containers)`.execute(db);
}
