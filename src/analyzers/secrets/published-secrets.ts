/**
 * Fingerprints of what vendors print in their documentation, over the value alone: SHA-256, first 16 hex digits.
 * Those that say "example" are placeholders by their shape; see is-placeholder.ts.
 */
export const publishedSecrets: ReadonlySet<string> = new Set([]);
