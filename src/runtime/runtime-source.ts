import type { RunningImage } from '../model/running-image.ts';

/** Where containers run, and can be watched. */
export interface RuntimeSource {
  /** As people and the store know it. */
  readonly name: string;
  /**
   * Connects and reports what runs: at once, soon after each change, and every `HEARTBEAT_MS` although nothing changed.
   * Ends only by failing: the connection broke, or `signal` was aborted.
   * @throws AppError
   */
  follow(report: (images: readonly RunningImage[]) => Promise<void>, signal: AbortSignal): Promise<never>;
}

export const HEARTBEAT_MS = 20_000;
/** Starts and stops come in bursts: so long they are waited for. */
export const BURST_MS = 150;
/** Beyond it a source is refused, not cut: what is left out would count as not running. */
export const MOST_CONTAINERS = 200_000;
