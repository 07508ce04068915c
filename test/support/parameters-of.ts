import { z } from 'zod';

/** What the schema of an action takes under one name. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly type: ParameterType;
}
export type ParameterType =
  | { readonly kind: 'scalar'; readonly scalar: 'text' | 'integer' | 'boolean' }
  | { readonly kind: 'list'; readonly item: ParameterType }
  | { readonly kind: 'object'; readonly members: readonly Parameter[] };

/** The parameters of an action's schema, in its order. @throws Error when it is no object */
export function parametersOf(schema: z.core.$ZodType): readonly Parameter[] {
  const type = typeOf(schema);
  if (type.kind !== 'object') throw new Error(`the schema of an action is a ${type.kind}`);
  return type.members;
}

function typeOf(schema: z.core.$ZodType): ParameterType {
  if (schema instanceof z.ZodArray) return { kind: 'list', item: typeOf(schema.element) };
  if (!(schema instanceof z.ZodObject)) return { kind: 'scalar', scalar: scalarOf(schema) };
  const members = Object.entries<z.core.$ZodType>(schema.shape).map(([name, member]) => ({
    name,
    required: !(member instanceof z.ZodOptional),
    type: typeOf(member instanceof z.ZodOptional ? member.unwrap() : member),
  }));
  return { kind: 'object', members };
}

/** Scalars are transforms of unknown: what they take tells which they are. */
function scalarOf(schema: z.core.$ZodType): 'text' | 'integer' | 'boolean' {
  const takes = (value: unknown) => z.safeParse(schema, value).success;
  if (takes('some text')) return 'text';
  return takes(true) ? 'boolean' : 'integer';
}

const samples = { text: 'x', integer: 1, boolean: true } as const;

/** A value with the least that its type must have; a list has one item. */
export function sampleOf(type: ParameterType): unknown {
  switch (type.kind) {
    case 'scalar':
      return samples[type.scalar];
    case 'list':
      return [sampleOf(type.item)];
    case 'object':
      return Object.fromEntries(
        type.members.filter(({ required }) => required).map((member) => [member.name, sampleOf(member.type)]),
      );
  }
}
