import { matchesGlob } from 'node:path';

/** What a user knows to be no secret; all that is set must fit. */
export interface AllowRule {
  /** Id of a rule. */
  readonly rule?: string;
  /** Glob over paths without a leading slash: `srv/app/test/**`. Never fits a text that lies in no file. */
  readonly path?: string;
  /** Fingerprint of a secret, as reports show it. */
  readonly value?: string;
}

/** Whether one of the rules allows a secret; an empty rule allows nothing. */
export function isAllowed(
  rules: readonly AllowRule[],
  secret: { readonly rule: string; readonly fingerprint: string; readonly path?: string },
): boolean {
  return rules.some(
    ({ rule, path, value }) =>
      (rule !== undefined || path !== undefined || value !== undefined) &&
      (rule === undefined || rule === secret.rule) &&
      (value === undefined || value === secret.fingerprint) &&
      (path === undefined || (secret.path !== undefined && matchesGlob(secret.path, path))),
  );
}
