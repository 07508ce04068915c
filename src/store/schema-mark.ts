import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Name of the setting in which a schema says which code can still work on it: the name of that code's own newest migration. */
export const SCHEMA_MARK = 'schema-works-from';

/** Written with the migration, in its transaction. */
export async function markSchema(db: Kysely<Tables>, oldestCode: string): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name: SCHEMA_MARK, value: oldestCode })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: oldestCode }))
    .execute();
}

/** The database is of a later version whose tables this one does not understand. */
export class SchemaTooNew extends Error {
  constructor(newer: readonly string[], oldestCode: string | undefined) {
    const works =
      oldestCode === undefined ? 'does not say what else works on it' : `works with code from ${oldestCode} on`;
    super(
      `a later version of Plimsoll has changed its tables (${newer.join(', ')}) and ${works}, which this version is not`,
    );
    this.name = 'SchemaTooNew';
  }
}

/**
 * Whether code that knows these migrations may work on a database that has had these. A later version expands first, and takes away
 * what its predecessors need one version later: while both run, the schema says who can.
 * @throws SchemaTooNew
 */
export async function expectWorkable(
  db: Kysely<Tables>,
  done: readonly string[],
  known: readonly string[],
): Promise<void> {
  const newer = done.filter((name) => !known.includes(name));
  if (newer.length === 0) return;
  const mark = await db.selectFrom('settings').select('value').where('name', '=', SCHEMA_MARK).executeTakeFirst();
  const own = known.toSorted().at(-1) ?? '';
  const lacking = known.some((name) => !done.includes(name));
  if (lacking || mark === undefined || own < mark.value) throw new SchemaTooNew(newer, mark?.value);
}
