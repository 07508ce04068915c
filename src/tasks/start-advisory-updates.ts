import type { Logger } from 'pino';
import type { AdvisoryExchange } from './exchange-advisories.ts';

export interface AdvisoryUpdatesDeps {
  /** Asks the feeds; throws when none could be asked. */
  readonly update: (
    signal: AbortSignal,
  ) => Promise<{ readonly changed: boolean; readonly problems: readonly unknown[] }>;
  /** When the feeds were last asked; undefined when there are no advisories yet. */
  readonly lastCheckedAt: () => Promise<Date | undefined>;
  /** Between processes that share a database; absent where there is one process. */
  readonly exchange?: AdvisoryExchange;
  /** How often what other processes have compiled is looked for. */
  readonly exchangeMs?: number;
  readonly now: () => Date;
  readonly log: Logger;
}

const EXCHANGE_MS = 60_000;
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
export function startAdvisoryUpdates(deps: AdvisoryUpdatesDeps): AdvisoryUpdates {
  const { exchange, lastCheckedAt, now, log } = deps;
  const stopping = new AbortController();
  let round: Promise<void> = Promise.resolve();
  const isFresh = async () => {
    const checkedAt = await lastCheckedAt();
    // Of a time to come: written when the clock was ahead.
    return checkedAt !== undefined && Math.abs(now().getTime() - checkedAt.getTime()) < MAX_AGE_MS;
  };
  const ask = async (always: boolean) => {
    try {
      if (stopping.signal.aborted) return;
      await look();
      if (!always && (await isFresh())) return;
      const { changed, problems } = await update(always);
      log.info({ changed, problems: problems.length }, 'advisories updated');
      if (problems.length > 0) log.warn({ problems }, 'some advisories could not be updated');
    } catch (error) {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'the advisories could not be updated; trying again in an hour');
    }
  };
  const update = async (always: boolean) => {
    const ask = () => deps.update(stopping.signal);
    if (!exchange) return ask();
    // Whoever waited for another process's update has it then.
    const unlessFresh = async () => (!always && (await isFresh()) ? { changed: false, problems: [] } : ask());
    return exchange.alone(unlessFresh, stopping.signal);
  };
  const look = async () => {
    try {
      const received = !stopping.signal.aborted && (await exchange?.exchange(stopping.signal));
      if (received) log.info('advisories received from another process');
    } catch (error) {
      if (!stopping.signal.aborted)
        log.warn({ err: error }, 'the advisories of other processes could not be received; trying again in a minute');
    }
  };
  // One after the other: what is wanted during an update is asked for after it.
  const run = (always: boolean) => {
    round = round.then(() => ask(always));
  };
  run(false);
  const started = round;
  const timers = [setInterval(() => run(false), HOUR_MS)];
  const lookNow = () => {
    round = round.then(look);
  };
  if (exchange) timers.push(setInterval(lookNow, deps.exchangeMs ?? EXCHANGE_MS));
  return {
    started,
    refresh: () => run(true),
    stop: async () => {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await round;
    },
  };
}
