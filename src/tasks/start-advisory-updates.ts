import type { Logger } from 'pino';

export interface AdvisoryUpdatesDeps {
  /** Asks the feeds; throws when none could be asked. */
  readonly update: (
    signal: AbortSignal,
  ) => Promise<{ readonly changed: boolean; readonly problems: readonly unknown[] }>;
  /** When the feeds were last asked; undefined when there are no advisories yet. */
  readonly lastCheckedAt: () => Promise<Date | undefined>;
  readonly now: () => Date;
  readonly log: Logger;
}

const HOUR_MS = 3_600_000;
const MAX_AGE_MS = 12 * HOUR_MS;

export interface AdvisoryUpdates {
  /** Resolves when the update at start has ended, well or badly: a match before it would call everything unknown. */
  readonly started: Promise<void>;
  /** Asks the feeds as soon as the update under way has ended, however fresh they are: others are wanted now. */
  refresh(): void;
  stop(): Promise<void>;
}

/** Keeps the advisories fresh in the background: at start when they are missing or old, then by the hour. */
export function startAdvisoryUpdates({ update, lastCheckedAt, now, log }: AdvisoryUpdatesDeps): AdvisoryUpdates {
  const stopping = new AbortController();
  let round: Promise<void> = Promise.resolve();
  const isFresh = async () => {
    const checkedAt = await lastCheckedAt();
    return checkedAt !== undefined && now().getTime() - checkedAt.getTime() < MAX_AGE_MS;
  };
  const ask = async (always: boolean) => {
    try {
      if (stopping.signal.aborted || (!always && (await isFresh()))) return;
      const { changed, problems } = await update(stopping.signal);
      log.info({ changed, problems: problems.length }, 'advisories updated');
      if (problems.length > 0) log.warn({ problems }, 'some advisories could not be updated');
    } catch (error) {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'the advisories could not be updated; trying again in an hour');
    }
  };
  // One after the other: what is wanted during an update is asked for after it.
  const run = (always: boolean) => {
    round = round.then(() => ask(always));
  };
  run(false);
  const started = round;
  const timer = setInterval(() => run(false), HOUR_MS);
  return {
    started,
    refresh: () => run(true),
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await round;
    },
  };
}
