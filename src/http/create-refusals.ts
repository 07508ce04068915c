import type { Logger } from 'pino';
import type { EventStore } from '../store/events.ts';

/** Counts requests without the right token: in memory, so that nobody can make us write to the database by guessing. */
export interface Refusals {
  add(registryId: number): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

const WRITE_EVERY_MS = 1_000;

export function createRefusals(events: Pick<EventStore, 'refuse'>, log: Logger): Refusals {
  let counts = new Map<number, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const write = () => {
    timer = undefined;
    const written = counts;
    counts = new Map();
    if (written.size === 0) return;
    writing = writing
      .then(() => events.refuse(written))
      .catch((err: unknown) => log.warn({ err }, 'refused events could not be counted'));
  };
  return {
    add: (registryId) => {
      counts.set(registryId, (counts.get(registryId) ?? 0) + 1);
      timer ??= setTimeout(write, WRITE_EVERY_MS);
    },
    close: async () => {
      clearTimeout(timer);
      write();
      await writing;
    },
  };
}
