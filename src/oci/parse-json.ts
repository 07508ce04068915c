import type { z } from 'zod';
import { AppError } from '../model/app-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

// The largest real documents hold a few thousand. Unpacking and checking 4 MiB of `0,0,0…` cost 15 s and
// 1.4 GB, 8 MiB of `[[[…` 8 s.
const MAX_VALUES = 50_000;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

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

/** Counts, outside of texts, the commas, lists and objects: as many as there are values, or a few more. */
function hasAtMostValues(body: Uint8Array, limit: number): boolean {
  let values = 0;
  let inText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) inText = !inText;
    else if (inText && byte === BACKSLASH) at += 1;
    else if (!inText && (byte === COMMA || byte === BRACKET || byte === BRACE)) {
      values += 1;
      if (values > limit) return false;
    }
  }
  return true;
}
