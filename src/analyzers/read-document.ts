import { FAILSAFE_SCHEMA, loadAll } from 'js-yaml';
import { parse as parseTomlText } from 'smol-toml';
import type { z } from 'zod';
import { stripJsonComments } from './strip-json-comments.ts';

export type DocumentFormat = keyof typeof parsers;

const BYTE_ORDER_MARK = /^\uFEFF/;
const BLANKS = /\s+/g;

const parsers = {
  JSON: (text: string): unknown => JSON.parse(text),
  /** JSON with comments and commas at the end of lists. */
  JSONC: (text: string): unknown => JSON.parse(stripJsonComments(text)),
  // Both bound nesting; linear in the text: 2 s for 10 MB of TOML.
  TOML: (text: string): unknown => parseTomlText(text),
  /** A list of documents; all scalars are texts. No aliases: whoever follows the same list from many places never ends. */
  YAML: (text: string): unknown => loadAll(text, { schema: FAILSAFE_SCHEMA, maxAliases: 0 }),
};

/** What a text in a format holds, as the schema has it; undefined, and a problem told, when it holds something else. */
export function readDocument<T>(
  text: string,
  format: DocumentFormat,
  schema: z.ZodType<T>,
  problem: (message: string) => void,
): T | undefined {
  let value: unknown;
  try {
    value = parsers[format](text.replace(BYTE_ORDER_MARK, ''));
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200).replace(BLANKS, ' ').trim() : '';
    problem(`not valid ${format}: ${message}`);
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  problem(`no valid ${parsed.error.issues[0]?.path.join('.').slice(0, 100) || 'object'}`);
  return undefined;
}
