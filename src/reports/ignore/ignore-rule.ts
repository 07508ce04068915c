/** One line of an ignore file. */
export interface IgnoreRule {
  /** CVE or another id or alias of a vulnerability, in upper case; `*`: every one, of `package` or below `path`. */
  readonly id: string;
  /** Name of a package or of its source, or a purl without qualifiers. */
  readonly package?: string;
  /** Glob over the path of the file that declares the package. */
  readonly path?: string;
  /** Last day it holds, in UTC: `2026-12-31`. */
  readonly until?: string;
  /** Why, for people; '' when nobody said. */
  readonly reason: string;
  /** In the file, from 1. */
  readonly line: number;
}
