import { readSdkTypes, type SdkField } from '../../scripts/sdk-types.ts';
import { nullableFields } from '../../src/api/nullable-fields.ts';

const types = readSdkTypes();
const nullable: readonly string[] = nullableFields;
/** The contract's fields of the type float; the SDK calls every number one. */
const fractions: readonly string[] = ['CVSSV3Score', 'ExportProgress'];

/**
 * Where a value differs from a type of the SDK, in words; nothing when it has exactly its fields, each of its type, at
 * every depth. Numbers are integers but for a few; null is for unknown counts alone.
 */
export function shapeFaults(value: unknown, typeName: string, path = typeName): readonly string[] {
  const fields = types.get(typeName);
  if (!fields) return [`the SDK has no type ${typeName}`];
  if (!isObject(value)) return [`${path} is ${describe(value)}, not an object`];
  const known = new Set(fields.map(({ name }) => name));
  return [
    ...Object.keys(value).flatMap((name) => (known.has(name) ? [] : [`${path}.${name} is surplus`])),
    ...fields.flatMap((field) => {
      if (!Object.hasOwn(value, field.name)) return [`${path}.${field.name} is missing`];
      return memberFaults(value[field.name], field, `${path}.${field.name}`);
    }),
  ];
}

function memberFaults(value: unknown, field: SdkField, path: string): readonly string[] {
  if (value === null) return nullable.includes(field.name) ? [] : [`${path} is null`];
  if (fractions.includes(field.name) && typeof value === 'number') return [];
  if (!field.isArray) return valueFaults(value, field.type, path);
  if (!Array.isArray(value)) return [`${path} is ${describe(value)}, not a list`];
  return value.flatMap((item: unknown, i) => valueFaults(item, field.type, `${path}[${i}]`));
}

function valueFaults(value: unknown, type: string, path: string): readonly string[] {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type ? [] : [`${path} is ${describe(value)}, not a ${type}`];
    case 'number':
      return Number.isSafeInteger(value) ? [] : [`${path} is ${describe(value)}, not an integer`];
    default:
      return shapeFaults(value, type, path);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (value: unknown) => JSON.stringify(value) ?? String(value);
