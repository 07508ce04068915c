import type { Severity } from './severity.ts';

/** A secret that a rule recognised. The clear text never leaves the analyzer. */
export interface Secret {
  /** Id of the rule, such as `github-fine-grained-token`. */
  readonly rule: string;
  /** What it is, for people: `GitHub fine-grained personal access token`. */
  readonly title: string;
  readonly severity: Severity;
  /** Counted from 1; absent where the content has no lines. */
  readonly line?: number;
  /** What stands around it with the secret masked: printable, one line, at most 200 characters. */
  readonly excerpt: string;
  /** 16 hex digits of a SHA-256 over rule and secret: the same secret has the same wherever it lies. */
  readonly fingerprint: string;
}

/** A secret in a file of a layer. */
export interface FileSecret extends Secret {
  /** Without a leading slash. */
  readonly path: string;
}
