import type { Logger } from 'pino';
import { DatabaseUnavailable } from '../store/database-unavailable.ts';
import { SchemaTooNew } from '../store/schema-mark.ts';
import type { Store } from '../store/store.ts';

export interface SchemaWatch {
  /** Rejects with DatabaseUnavailable when this process must end: a later version has taken away what it needs. Never settles otherwise. */
  readonly outdated: Promise<never>;
  stop(): void;
}

const EVERY_MS = 5_000;

/** Looks whether a process of a later version has changed the tables beyond what this one understands. */
export function watchSchema(store: Pick<Store, 'checkSchema'>, url: string, log: Logger): SchemaWatch {
  const { promise: outdated, reject } = Promise.withResolvers<never>();
  outdated.catch(() => {}); // whoever stops for another reason does not listen
  const look = async () => {
    try {
      await store.checkSchema();
    } catch (error) {
      if (!(error instanceof SchemaTooNew)) return; // the database is asked again
      log.fatal({ err: error }, 'this version can work on the database no longer, and ends');
      reject(new DatabaseUnavailable(url, error));
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return { outdated, stop: () => clearInterval(timer) };
}
