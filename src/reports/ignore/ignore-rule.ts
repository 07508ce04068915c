/** What a rule may be about. */
export const ignorableKinds = ['vulnerability', 'malware', 'secret', 'setting'] as const;
export type IgnorableKind = (typeof ignorableKinds)[number];

/** One line of an ignore file. */
export interface IgnoreRule {
  /**
   * In upper case: CVE or another id or alias of a vulnerability, id of the rule that found a secret or a risky setting, or
   * what an engine calls a malware. `*`: every one of `kind`, of `package`, below `path` or with `fingerprint`.
   */
  readonly id: string;
  /** Absent: whatever has the id; with `*`, vulnerabilities alone. */
  readonly kind?: IgnorableKind;
  /** Name of a package or of its source, or a purl without qualifiers. Then it is about vulnerabilities alone. */
  readonly package?: string;
  /** Glob over the path of the file that declares the package, or in which something was found. */
  readonly path?: string;
  /** Of a secret, in lower case. Then it is about secrets alone. */
  readonly fingerprint?: string;
  /** Last day it holds, in UTC: `2026-12-31`. */
  readonly until?: string;
  /** Why, for people; '' when nobody said. */
  readonly reason: string;
  /** In the file, from 1. */
  readonly line: number;
}
