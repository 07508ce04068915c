/** One measured ratio: both of its sides in one run, on one machine. */
export interface BenchResult {
  readonly name: string;
  readonly ratio: number;
  readonly target: number;
  /** Which way is good: a ratio passes at `target` and on this side of it. */
  readonly better: 'lower' | 'higher';
  /** What was measured, in absolute figures; lines. */
  readonly detail: string;
}
