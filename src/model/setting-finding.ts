import type { Severity } from './severity.ts';

/** Something risky about one file or folder of a layer. */
export interface SettingFinding {
  readonly kind: 'setting';
  /** Id of the check. */
  readonly check: string;
  /** What is wrong, after the title of the check. */
  readonly detail: string;
  /** What the file shows: mode and owner, or the line, at most 200 characters, without a hash of a password. */
  readonly shown: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Where it is another one than that of the check. */
  readonly severity?: Severity;
}
