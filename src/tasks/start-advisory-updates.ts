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
  stop(): Promise<void>;
}

/** Keeps the advisories fresh in the background: at start when they are missing or old, then by the hour. */
export function startAdvisoryUpdates({ update, lastCheckedAt, now, log }: AdvisoryUpdatesDeps): AdvisoryUpdates {
  const stopping = new AbortController();
  let round: Promise<void> = Promise.resolve();
  const refresh = async () => {
    try {
      const checkedAt = await lastCheckedAt();
      if (checkedAt && now().getTime() - checkedAt.getTime() < MAX_AGE_MS) return;
      const { changed, problems } = await update(stopping.signal);
      log.info({ changed, problems: problems.length }, 'advisories updated');
      if (problems.length > 0) log.warn({ problems }, 'some advisories could not be updated');
    } catch (error) {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'the advisories could not be updated; trying again in an hour');
    }
  };
  const run = () => {
    round = refresh();
  };
  run();
  const timer = setInterval(run, HOUR_MS);
  return {
    started: round,
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await round;
    },
  };
}
