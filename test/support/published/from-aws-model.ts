import type { AskedRequest, Operation, Schema } from './operation.ts';

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

interface AwsOperation {
  readonly input: { readonly shape: string };
  readonly output: { readonly shape: string };
  readonly errors: readonly { readonly shape: string }[];
}

/** An excerpt of a service model of AWS, of the protocol JSON 1.1. */
export interface AwsModel {
  readonly metadata: { readonly targetPrefix: string };
  readonly operations: Readonly<Record<string, AwsOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  long: 'integer',
  boolean: 'boolean',
  // Seconds since 1970, with fractions: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
  timestamp: 'number',
};

/**
 * Every call of a service model: all are `POST /`, told apart by a header.
 * @param commonErrors types of errors that every call may answer, which the model does not have, with their status
 */
export function fromAwsModel(model: AwsModel, commonErrors: Readonly<Record<string, number>>): readonly Operation[] {
  return Object.entries(model.operations).map(([action, { input, output, errors }]) => {
    const target = `${model.metadata.targetPrefix}.${action}`;
    const own = errors.map(({ shape }) => shape);
    const denials = Object.keys(commonErrors).filter((type) => commonErrors[type] === 403);
    return {
      name: action,
      matches: (request: AskedRequest) => request.method === 'POST' && request.header('x-amz-target') === target,
      query: {},
      body: toSchema(model, input.shape),
      // Of this protocol AWS answers most errors of the client's with 400, those with another status in the common list, too.
      answers: {
        200: toSchema(model, output.shape),
        400: failureOf([...own, ...Object.keys(commonErrors)]),
        403: failureOf(denials),
      },
    };
  });
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function failureOf(types: readonly string[]): Schema {
  return {
    type: 'object',
    properties: { __type: { enum: types }, message: { type: 'string' } },
    required: ['__type'],
  };
}

function toSchema(model: AwsModel, name: string): Schema {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the excerpt has no shape ${name}`);
  const { type, members = {}, required = [], min, max } = shape;
  if (type === 'structure') {
    const properties = Object.entries(members).map(([key, member]) => [key, toSchema(model, member.shape)]);
    return { type: 'object', properties: Object.fromEntries(properties), required };
  }
  if (type === 'list')
    return { type: 'array', items: toSchema(model, shape.member?.shape ?? ''), ...bounds('Items', min, max) };
  if (type === 'map') return { type: 'object', additionalProperties: toSchema(model, shape.value?.shape ?? '') };
  const { enum: values, pattern } = shape;
  return {
    type: scalars[type],
    ...(values === undefined ? {} : { enum: values }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(type === 'string' ? bounds('Length', min, max) : bounds('imum', min, max)),
  };
}

const bounds = (of: string, min: number | undefined, max: number | undefined): Schema => ({
  ...(min === undefined ? {} : { [`min${of}`]: min }),
  ...(max === undefined ? {} : { [`max${of}`]: max }),
});
