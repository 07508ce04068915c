import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ImageCoordinates } from './image-query.ts';
import type { Tables } from './tables.ts';
import { isOneOf } from './text-search.ts';

type Field = keyof ImageCoordinates;

const columns = {
  registryName: 'registries.name',
  namespace: 'repositories.namespace',
  name: 'repositories.name',
  tag: 'images.tag',
  digest: 'images.digest',
  registryType: 'registries.type',
  address: 'repositories.address',
  instanceId: 'registries.instance_id',
} as const satisfies Record<Field, string>;

/** Between the members of one place; a place that has it in a member is no place. */
const SEPARATOR = '\u001f';

/**
 * Rows at any of these places. Places that give the same members are looked up together, however many there are: each
 * member is one of those given, and all of them together are one of the places.
 */
export function isAtOneOf(
  eb: ExpressionBuilder<Tables, 'images'>,
  coordinates: readonly ImageCoordinates[],
): readonly RawBuilder<SqlBool>[] {
  const groups = Map.groupBy(coordinates, (place) => givenFields(place).join());
  return [...groups.values()].flatMap((places) => {
    const [first] = places;
    const fields = first ? givenFields(first) : [];
    const known = places.filter((place) => fields.every((field) => !place[field]?.includes(SEPARATOR)));
    if (fields.length === 0 || known.length === 0) return [];
    const whole = sql.join(
      fields.map((field) => sql.ref(columns[field])),
      sql` || ${sql.lit(SEPARATOR)} || `,
    );
    const ids = eb
      .selectFrom('images')
      .innerJoin('repositories', 'repositories.id', 'images.repository_id')
      .innerJoin('registries', 'registries.id', 'images.registry_id')
      .select('images.id')
      .where((inner) =>
        inner.and([
          ...fields.map((field) =>
            isOneOf(sql.ref(columns[field]), [...new Set(known.map((place) => place[field] ?? ''))]),
          ),
          isOneOf(whole, [...new Set(known.map((place) => fields.map((field) => place[field]).join(SEPARATOR)))]),
        ]),
      );
    return [sql<SqlBool>`images.id in ${ids}`];
  });
}

/** Empty members do not restrict. */
const givenFields = (place: ImageCoordinates): readonly Field[] =>
  (Object.keys(columns) as Field[]).filter((field) => place[field]);
