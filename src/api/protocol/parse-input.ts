import type { z } from 'zod';
import type { ApiError } from './api-error.ts';
import { errors } from './errors.ts';

/** JSON as a client sent it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The body of an `application/json` request; an empty one means no parameters. */
export function parseJsonBody(body: Uint8Array): JsonObject {
  if (body.byteLength === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw errors.notJson();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw errors.notJson();
  return value as JsonObject;
}

/** Checks parameters against an action's schema; the first fault is told, its place dotted with indexes. */
export function parseInput<T extends z.ZodType>(schema: T, parameters: JsonObject): z.output<T> {
  const input = withoutNulls(parameters, 0);
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw toApiError(parsed.error.issues, input);
}

const MAX_DEPTH = 20;

/** A null member means the same as an absent one; a null among values is ignored. */
function withoutNulls(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => withoutNulls(item, depth + 1));
  // Without a prototype, so that a member called __proto__ is an unknown parameter like any other.
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) result[name] = withoutNulls(member, depth + 1);
  }
  return result;
}

function toApiError(issues: readonly z.core.$ZodIssue[], input: unknown): ApiError {
  // An unknown name is most likely a misspelt one: it explains the missing one, so it comes first.
  const unrecognized = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unrecognized) return errors.unknownParameter(dotted([...unrecognized.path, unrecognized.keys[0] ?? '']));
  const [issue] = issues;
  if (!issue) return errors.notJson();
  const name = dotted(issue.path) || 'body';
  if (valueAt(input, issue.path) === undefined) return errors.missingParameter(name);
  if (issue.code === 'too_big') return errors.tooManyEntries(name, Number(issue.maximum));
  const maxCharacters: unknown = issue.code === 'custom' ? issue.params?.maxCharacters : undefined;
  if (typeof maxCharacters === 'number') return errors.tooManyCharacters(name, maxCharacters);
  return errors.invalidType(name, expectedType(issue));
}

const dotted = (path: readonly PropertyKey[]) => path.map(String).join('.').slice(0, 200);

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

function expectedType(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'custom') {
    const expected: unknown = issue.params?.expected;
    return typeof expected === 'string' ? expected : undefined;
  }
  return issue.code === 'invalid_type' ? issue.expected : undefined;
}
