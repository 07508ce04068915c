import { z } from 'zod';

/** A parameter as it travels. */
export interface WireField {
  readonly name: string;
  readonly required: boolean;
  readonly description?: string;
  readonly type: WireType;
}

export type WireType =
  | { readonly kind: 'String' | 'Boolean' }
  | { readonly kind: 'Integer'; readonly minimum?: number }
  | { readonly kind: 'Array'; readonly item: WireType }
  | { readonly kind: 'Object'; readonly fields: readonly WireField[] };

/** The parameters of an action, from its schema; throws for a schema that is made of other parts than ours. */
export function wireFields(schema: z.ZodType): readonly WireField[] {
  const type = wireType(schema);
  if (type.kind !== 'Object') throw new Error('the parameters of an action are an object');
  return type.fields;
}

function wireType(schema: z.ZodType): WireType {
  if (schema instanceof z.ZodOptional) return wireType(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return { kind: 'Array', item: wireType(schema.element as z.ZodType) };
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>);
    return { kind: 'Object', fields: members.map(([name, member]) => wireField(name, member)) };
  }
  const { wire, minimum } = schema.meta() ?? {};
  if (wire === 'Integer') return { kind: wire, ...(typeof minimum === 'number' ? { minimum } : {}) };
  if (wire === 'String' || wire === 'Boolean') return { kind: wire };
  throw new Error('a parameter is made of text(), integer(), unsigned(), boolean(), list() and objects');
}

function wireField(name: string, schema: z.ZodType): WireField {
  const required = !(schema instanceof z.ZodOptional);
  const inner = required ? schema : (schema.unwrap() as z.ZodType);
  const description = schema.description ?? inner.description;
  return { name, required, ...(description ? { description } : {}), type: wireType(schema) };
}
