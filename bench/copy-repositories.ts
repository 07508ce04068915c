import { type Kysely, type RawBuilder, sql } from 'kysely';
import { openDatabase } from '../src/store/database.ts';
import type { Tables } from '../src/store/tables.ts';

type Expressions = Readonly<Record<string, RawBuilder<unknown>>>;

/**
 * Lists everything that a store holds under so many more repository names, one statement per table and copy: what sync
 * would write row by row in minutes. Triggers and indexes work as ever; build times, sizes and digests differ.
 */
export async function copyRepositories(url: string, copies: number): Promise<void> {
  const { write, close } = openDatabase(url);
  try {
    const last = {
      repositories: await lastId(write, 'repositories'),
      tags: await lastId(write, 'tags'),
      images: await lastId(write, 'images'),
    };
    for (let copy = 1; copy <= copies; copy++) {
      const suffix = sql.lit(`-${copy}`);
      const repository = sql`(select new.id from repositories old
        join repositories new on new.registry_id = old.registry_id and new.path = old.path || ${suffix}
        where old.id = source.repository_id)`;
      const tag = sql`(select tags.id from tags where tags.repository_id = ${repository} and tags.name = source.tag)`;
      const number = sql.lit(copy);
      await copyRows(write, 'repositories', last.repositories, {
        path: sql`path || ${suffix}`,
        name: sql`name || ${suffix}`,
        address: sql`address || ${suffix}`,
      });
      await copyRows(write, 'tags', last.tags, { repository_id: repository });
      await copyRows(write, 'images', last.images, {
        repository_id: repository,
        tag_id: tag,
        digest: sql`substr(digest, 1, 67) || ${sql.lit(copy.toString(16).padStart(4, '0'))}`,
        created_at: sql`created_at + ${number} * 777777`,
        size: sql`size + ${number} * 4099`,
      });
    }
  } finally {
    await close();
  }
}

type Table = 'repositories' | 'tags' | 'images';

async function lastId(db: Kysely<Tables>, table: Table): Promise<number> {
  const { rows } = await sql<{ readonly id: number }>`select max(id) as id from ${sql.table(table)}`.execute(db);
  return rows[0]?.id ?? 0;
}

/** Every column as it is but those given, and new ids. */
async function copyRows(db: Kysely<Tables>, table: Table, lastId: number, changed: Expressions): Promise<void> {
  const { rows } = await sql<object>`select * from ${sql.table(table)} limit 1`.execute(db);
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'id');
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(columns.map((column) => changed[column] ?? sql.ref(column)))}
    from ${sql.table(table)} source where source.id <= ${lastId} order by source.id`.execute(db);
}
