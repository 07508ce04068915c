import { type Kysely, sql } from 'kysely';
import type { Engine } from '../database.ts';
import { addedCounters, imageCounters } from '../image-counters.ts';
import { countingFunctions, countingRows, countingTables, countingTriggers } from './image-counting.ts';

/** Totals per system, namespace, day of build and day of listing, and per state over all registries. */
export async function addListCounters(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const counting = engine === 'sqlite' ? countingTriggers(engine, addedCounters) : countingFunctions(imageCounters);
  const own = engine === 'sqlite' ? sqliteOwn : postgresOwn;
  for (const statement of [
    ...(engine === 'sqlite' ? [] : [NO_WRITES]),
    ...countingTables(engine, addedCounters),
    ...counting,
    ...addedCounters.map(countingRows),
    ...own,
  ]) {
    await sql.raw(statement).execute(db);
  }
}

// What another process writes in the meantime would be counted neither by its old triggers nor by us. SQLite has one writer.
const NO_WRITES = 'lock table images in share row exclusive mode';

// A row's namespace is that of its repository, which must still be there when the row is no longer counted.
const sqliteOwn = [
  `create trigger repositories_delete before delete on repositories begin
    delete from images where repository_id = old.id; end`,
];

const postgresOwn = [
  `create function repositories_delete() returns trigger language plpgsql as $$ begin
    delete from images where repository_id = old.id; return old; end $$`,
  `create trigger repositories_delete before delete on repositories for each row execute function repositories_delete()`,
  // SQLite's counters are ordered by their keys.
  'create index repository_counts_by_repository on repository_counts (repository_id)',
  'create index image_facets_by_registry on image_facets (registry_id)',
];
