import type { AskedRequest, Operation, Parameter, Schema } from './operation.ts';
import { toPathPattern } from './to-path-pattern.ts';

// The words in which we restate descriptions that no package has: fields, types and statuses, without their prose.

type Schemas = Readonly<Record<string, Schema>>;

export const text: Schema = { type: 'string' };
export const whole: Schema = { type: 'integer' };
export const flag: Schema = { type: 'boolean' };
/** RFC 3339. */
export const time: Schema = { type: 'string', format: 'date-time' };
export const anyObject: Schema = { type: 'object' };

export const atMost = (maximum: number, minimum = 1): Schema => ({ type: 'integer', minimum, maximum });
export const oneOf = (...values: readonly (string | null)[]): Schema => ({ enum: values });
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (additionalProperties: Schema): Schema => ({ type: 'object', additionalProperties });
/** @param required names of fields; the others may be absent */
export const object = (properties: Schemas, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});

interface Call {
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  /** Parameters of the path that are sent with their slashes as they are. */
  readonly slashes?: readonly string[];
  readonly query?: Schemas;
  readonly required?: readonly string[];
  readonly body?: Schema;
  readonly answers: Operation['answers'];
}

/** One call of an API. */
export function call({ method, path, slashes, query = {}, required = [], body, answers }: Call): Operation {
  const pattern = toPathPattern(path, slashes);
  const parameters = Object.entries(query).map(([name, schema]): [string, Parameter] => [
    name,
    { required: required.includes(name), schema },
  ]);
  return {
    name: `${method} ${path}`,
    matches: (request: AskedRequest) => request.method === method && pattern.test(request.url.pathname),
    query: Object.fromEntries(parameters),
    ...(body === undefined ? {} : { body }),
    answers,
  };
}
