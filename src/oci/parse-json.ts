import type { z } from 'zod';
import { AppError } from '../model/app-error.ts';
import { hasAtMostValues } from './has-at-most-values.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

// The largest real documents hold a few thousand.
const MAX_VALUES = 50_000;

/**
 * Bytes → a value of the schema; `what` names the document in messages.
 * @throws AppError `manifest-unsupported`, or `limit-exceeded` when it holds too many values
 */
export function parseJson<T>(body: Uint8Array, schema: z.ZodType<T>, what: string): T {
  if (!hasAtMostValues(body, MAX_VALUES)) {
    throw new AppError('limit-exceeded', `The ${what} holds more than ${MAX_VALUES} values.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new AppError('manifest-unsupported', `The ${what} is not valid JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // The path holds names that the document chose: escaped, so that they cannot steer a terminal.
  const at =
    issue === undefined || issue.path.length === 0
      ? 'its top'
      : JSON.stringify(issue.path.join('.').slice(0, 100)).slice(1, -1);
  throw new AppError('manifest-unsupported', `The ${what} is malformed at ${at}: ${issue?.message ?? 'unknown'}.`, {
    cause: parsed.error,
  });
}
