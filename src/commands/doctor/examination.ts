import type { Config } from '../../config/load-config.ts';

/** `skipped`: not there and not needed, or not asked for; then nothing is known of it. */
export const conditions = ['ok', 'skipped', 'warning', 'broken'] as const;
export type Condition = (typeof conditions)[number];

/** What one look at the installation says. */
export interface Diagnosis {
  /** What was looked at: `database`, `clamav`. */
  readonly part: string;
  readonly condition: Condition;
  /** What is there, or what is wrong. */
  readonly detail: string;
  /** How to mend it, where something is wrong. */
  readonly fix?: string;
}

export interface Examined {
  readonly config: Config;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Looks at one part; changes nothing. What it throws counts as broken. */
export interface Examination {
  readonly part: string;
  examine(examined: Examined): Promise<readonly Diagnosis[]>;
}
