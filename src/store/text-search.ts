import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { storableText } from './storable-text.ts';

type Expression<T> = RawBuilder<T>;

/**
 * Above so many, values travel as one parameter: engines limit the parameters of a statement (SQLite to 32 766) and the
 * depth of an expression (SQLite to 1000).
 */
const MOST_PARAMETERS = 100;
/** SQLite refuses patterns above 50 000 bytes; nothing that we list has names of this length. */
const MOST_SEARCHED_LENGTH = 8_000;
const ASCII = /^\p{ASCII}*$/u;

const nothing = sql<SqlBool>`1 = 0`;

/** `column in (…)`, for any number of values, which are all numbers or all texts; false for none. */
export function isOneOf(column: Expression<unknown>, values: readonly (string | number)[]): Expression<SqlBool> {
  if (values.length === 0) return nothing;
  if (values.length <= MOST_PARAMETERS) return sql<SqlBool>`${column} in (${sql.join(values)})`;
  const key = typeof values[0] === 'number' ? sql`cast(key as bigint)` : sql`key`;
  return sql<SqlBool>`${column} in (select ${key} from json_each(${asKeys(values)}))`;
}

/** Whether a text contains one of the values, whatever the case of their letters. */
export function containsOneOf(column: Expression<unknown>, values: readonly string[]): Expression<SqlBool> {
  const searched = values.filter((value) => value.length <= MOST_SEARCHED_LENGTH);
  if (searched.length === 0) return nothing;
  // The engines' own lower() leaves all but ASCII alone, always on SQLite, by locale on PostgreSQL.
  const fold = searched.every((value) => ASCII.test(value)) ? sql`lower` : sql`unicode_lower`;
  const patterns = searched.map((value) => `%${value.replace(/[\\%_]/g, '\\$&')}%`);
  const isLike = (pattern: Expression<unknown>) =>
    sql<SqlBool>`${fold}(${column}) like ${fold}(${pattern}) escape '\\'`;
  if (patterns.length <= MOST_PARAMETERS)
    return sql<SqlBool>`(${sql.join(
      patterns.map((pattern) => isLike(sql`${pattern}`)),
      sql` or `,
    )})`;
  return sql<SqlBool>`exists (select 1 from json_each(${asKeys(patterns)}) as wanted where ${isLike(sql`wanted.key`)})`;
}

/** As the keys of a JSON object: what `json_each` of both engines calls `key`, and gives as text. */
function asKeys(values: readonly (string | number)[]): string {
  return JSON.stringify(Object.fromEntries(values.map((value) => [storableText(String(value)), 0])));
}
