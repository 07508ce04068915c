import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const MAX_RULES = 10_000;
const text = z.string().min(1).max(4_096);
const AllowRules = z
  .array(
    z
      .strictObject({
        rule: text.optional(),
        path: text.optional(),
        value: z
          .string()
          .regex(/^[0-9a-f]{16}$/, 'is the fingerprint of a secret: 16 hex digits, as reports show it')
          .optional(),
        /** Why: for people. */
        reason: text.optional(),
      })
      .refine(
        ({ rule, path, value }) => rule ?? path ?? value,
        'names neither rule nor path nor value, and would fit all',
      ),
  )
  .max(MAX_RULES);

/** Secrets that a user knows to be none, as src/analyzers/secrets/allow-rule.ts wants them. */
export type AllowRules = readonly { readonly rule?: string; readonly path?: string; readonly value?: string }[];

/**
 * Reads PLIMSOLL_SECRET_ALLOW: a JSON array of rules; none without the setting.
 * @throws Error that names the file, the rule and what is wrong with it
 */
export async function readAllowRules(path: string | undefined): Promise<AllowRules> {
  if (path === undefined) return [];
  const refuse = (why: string, cause?: unknown) =>
    new Error(
      `PLIMSOLL_SECRET_ALLOW: ${path} ${why}. Write [{ "path": "srv/app/test/**" }]; see docs/guides/secrets.md.`,
      {
        cause,
      },
    );
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw refuse('cannot be read', cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw refuse('is not JSON', cause);
  }
  const parsed = AllowRules.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const [index, ...field] = issue?.path ?? [];
    const where =
      typeof index === 'number' ? `rule ${index + 1}${field.length > 0 ? `, ${field.join('.')}` : ''}: ` : '';
    throw refuse(`has a wrong rule: ${where}${issue?.message ?? 'it is none'}`);
  }
  return parsed.data.map(({ reason: _, ...rule }) => rule) as AllowRules;
}
