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
    // All rows when there is anything to fold, so that they move to the front of the table and vacuum can cut its end off.
    await sql`with removed as (
        delete from ${counter} where exists (select 1 from ${counter} group by ${key} having count(*) > 1 or sum(amount) = 0)
        returning *)
      insert into ${counter} (${key}, amount)
      select ${key}, sum(amount) from removed group by ${key} having sum(amount) <> 0`.execute(write);
  }
}
