import type { Schema } from './operation.ts';

/** By what schemas refer to the document they are from. */
export const DOCUMENT = 'description';

/**
 * A schema that takes no field but those it names, which is more than its description says, and just what finds fields of our
 * own making. Its references are made absolute.
 */
export function closeSchema(schema: Schema): Schema {
  return close(schema, false) as Schema;
}

/** @param isPart of an `allOf`, whose other parts may have more fields */
function close(value: unknown, isPart: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => close(each, isPart));
  if (typeof value !== 'object' || value === null) return value;
  const made = Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === '$ref' && typeof each === 'string' && each.startsWith('#')) return [key, `${DOCUMENT}${each}`];
      return [key, close(each, key === 'allOf')];
    }),
  );
  const isObject = typeof made.properties === 'object' || Array.isArray(made.allOf);
  return isObject && !isPart && !('additionalProperties' in made) ? { ...made, unevaluatedProperties: false } : made;
}
