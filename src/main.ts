import type { Logger } from 'pino';
import type { Config } from './config/load-config.ts';
import { createApi } from './main/create-api.ts';
import { createWork } from './main/create-work.ts';
import { ensureStoredAdminKey, openInstallation } from './main/open-installation.ts';

// With main/ the only files that wire everything.

export interface RunningPlimsoll {
  /** Where the API listens, `http://host:port`. */
  readonly url: string;
  /** Ends requests and jobs under way in an orderly way; what is unfinished is handed back. */
  stop(): Promise<void>;
}

/** Starts a whole server: store, API, and the work. */
export async function startPlimsoll(config: Config, log: Logger): Promise<RunningPlimsoll> {
  const installation = await openInstallation(config, log);
  await ensureStoredAdminKey(installation);
  const work = await createWork(installation);
  const api = createApi(installation);
  const stop = async () => {
    await api.close();
    await work.stop();
    await installation.store.close();
  };
  try {
    // Before anything is worked on: where another Plimsoll listens already, its jobs are not ours to take.
    const url = await api.listen(config.listen);
    log.info({ url }, 'listening');
    await work.start();
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts what works beside servers on the same database, and answers nobody. */
export async function startWorker(config: Config, log: Logger): Promise<Pick<RunningPlimsoll, 'stop'>> {
  const installation = await openInstallation(config, log);
  const work = await createWork(installation);
  const stop = async () => {
    await work.stop();
    await installation.store.close();
  };
  try {
    await work.start();
    log.info('working');
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
