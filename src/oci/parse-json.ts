import type { z } from 'zod';
import { AppError } from '../model/app-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes → a value of the schema; `what` names the document in messages. Throws AppError `manifest-unsupported`. */
export function parseJson<T>(body: Uint8Array, schema: z.ZodType<T>, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new AppError('manifest-unsupported', `The ${what} is not valid JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'its top' : issue.path.join('.').slice(0, 100);
  throw new AppError('manifest-unsupported', `The ${what} is malformed at ${at}: ${issue?.message ?? 'unknown'}.`, {
    cause: parsed.error,
  });
}
