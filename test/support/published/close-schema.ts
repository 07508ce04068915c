import type { Schema } from './operation.ts';

/** By what schemas refer to the document they are from. */
export const DOCUMENT = 'description';

/**
 * A schema that takes no field but those it names, which is more than its description says, and just what finds fields of our
 * own making. Its references are made absolute.
 */
export function closeSchema(schema: Schema): Schema {
  return close(schema) as Schema;
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== 'object' || value === null) return value;
  const made = Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const isReference = key === '$ref' && typeof each === 'string' && each.startsWith('#');
      return [key, isReference ? `${DOCUMENT}${each}` : close(each)];
    }),
  );
  const isObject = typeof made.properties === 'object';
  return isObject && !('additionalProperties' in made) ? { ...made, additionalProperties: false } : made;
}
