import type { ApiAction } from '../../src/api/api-action.ts';
import type { SdkField, SdkTypes } from '../sdk-types.ts';
import { fieldTexts } from './field-texts.ts';
import { sampleParameters } from './sample-parameters.ts';
import { type WireField, type WireType, wireFields } from './wire-type.ts';

type Json = Readonly<Record<string, unknown>>;

/** docs/reference/openapi.json: the wire of POST with JSON. One path per action, told apart by its fragment: all are sent to `/`. */
export function renderOpenApi(actions: readonly ApiAction[], sdk: SdkTypes): string {
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Plimsoll: the image-registry family of TCSS',
      version: '2020-11-01',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Every action is sent to / and named by X-TC-Action; every answer is HTTP 200. docs/reference/README.md tells the rest.',
    },
    servers: [{ url: 'http://127.0.0.1:9460' }],
    security: [{ TC3: [] }],
    paths: Object.fromEntries(actions.map((action) => [`/#${action.name}`, { post: operation(action) }])),
    components: {
      securitySchemes: {
        TC3: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'TC3-HMAC-SHA256 over the request' },
      },
      schemas: schemas(actions, sdk),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const header = (name: string, schema: Json) => ({ name, in: 'header', required: true, schema });

function operation(action: ApiAction): Json {
  const fields = wireFields(action.input);
  return {
    operationId: action.name,
    summary: action.description,
    parameters: [
      header('X-TC-Action', { const: action.name }),
      header('X-TC-Version', { const: '2020-11-01' }),
      header('X-TC-Timestamp', { type: 'integer' }),
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: objectSchema(fields), example: sampleParameters(fields) } },
    },
    responses: {
      200: {
        description: 'The answer, or Response.Error',
        content: { 'application/json': { schema: envelope(`${action.name}Response`) } },
      },
    },
  };
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const envelope = (name: string): Json => ({
  type: 'object',
  required: ['Response'],
  properties: { Response: { anyOf: [reference(name), reference('Failure')] } },
});

function objectSchema(fields: readonly WireField[]): Json {
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      fields.map(({ name, description, type }) => [
        name,
        { ...typeSchema(type), description: description ?? fieldTexts[name] ?? '' },
      ]),
    ),
  };
}

function typeSchema(type: WireType): Json {
  switch (type.kind) {
    case 'Array':
      return { type: 'array', items: typeSchema(type.item) };
    case 'Object':
      return objectSchema(type.fields);
    case 'Integer':
      return { type: 'integer', ...(type.minimum === undefined ? {} : { minimum: type.minimum }) };
    default:
      return { type: type.kind.toLowerCase() };
  }
}

/** The answers, and what is in them. */
function schemas(actions: readonly ApiAction[], sdk: SdkTypes): Json {
  const open = actions.map(({ name }) => `${name}Response`);
  const result: Record<string, Json> = {};
  for (const name of open) {
    const fields = sdk.get(name) ?? [];
    result[name] = {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, sdk)])),
    };
    for (const { type } of fields) if (sdk.has(type) && !open.includes(type)) open.push(type);
  }
  const text = { type: 'string' };
  return {
    ...Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1))),
    Failure: {
      type: 'object',
      required: ['Error', 'RequestId'],
      properties: {
        Error: { type: 'object', required: ['Code', 'Message'], properties: { Code: text, Message: text } },
        RequestId: text,
      },
    },
  };
}

function fieldSchema({ name, type, isArray }: SdkField, sdk: SdkTypes): Json {
  const one: Json = sdk.has(type) ? reference(type) : { type: [type, 'null'] };
  return {
    ...(isArray ? { type: 'array', items: sdk.has(type) ? one : { type } } : one),
    description: fieldTexts[name] ?? '',
  };
}
