import { type Kysely, sql } from 'kysely';
import type { Engine } from './database.ts';
import { imageCounters } from './image-counters.ts';
import type { Tables } from './tables.ts';

/** Folds the appended differences of the row counters together (PostgreSQL), and drops keys that no row has any more. */
export async function compactCounters(engine: Engine, write: Kysely<Tables>): Promise<void> {
  for (const { table, columns } of imageCounters) {
    const counter = sql.table(table);
    const key = sql.join(columns.map((column) => sql.ref(column)));
    if (engine === 'sqlite') {
      await sql`delete from ${counter} where amount = 0`.execute(write);
      continue;
    }
    // Only what has more than one row: most keys of a large counter have not changed.
    await sql`with folded as (
        select ${key}, sum(amount) as amount from ${counter} group by ${key} having count(*) > 1 or sum(amount) = 0),
      removed as (
        delete from ${counter} counted using folded where ${sql.join(
          columns.map((column) => sql`counted.${sql.ref(column)} = folded.${sql.ref(column)}`),
          sql` and `,
        )})
      insert into ${counter} (${key}, amount) select ${key}, amount from folded where amount <> 0`.execute(write);
  }
}
