import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { databaseUrl } from './config/database-url.ts';
import type { Config } from './config/load-config.ts';
import { createOperationsServer } from './http/create-operations-server.ts';
import { NotReady } from './http/not-ready.ts';
import { createApi } from './main/create-api.ts';
import { createMetrics } from './main/create-metrics.ts';
import { createWork } from './main/create-work.ts';
import { ensureStoredAdminKey, type Installation, openInstallation } from './main/open-installation.ts';
import { watchSchema } from './main/watch-schema.ts';

// With main/ the only files that wire everything.

export interface RunningPlimsoll {
  /** Where the API listens, `http://host:port`. */
  readonly url: string;
  /** Rejects when this process cannot go on: a later version has taken what it needs from the database. */
  readonly failed: Promise<never>;
  /** Ends requests and jobs under way in an orderly way; what is unfinished is handed back. */
  stop(): Promise<void>;
}

/** A worker answers nobody but who asks how it fares: `url` is where, if anywhere. */
export type RunningWorker = Pick<RunningPlimsoll, 'stop' | 'failed'> & { readonly url?: string };

/** Starts a whole server: store, API, and the work. */
export async function startPlimsoll(config: Config, log: Logger): Promise<RunningPlimsoll> {
  const installation = await openInstallation(config, log);
  await ensureStoredAdminKey(installation);
  const metrics = createMetrics(installation);
  const readiness = createReadiness(installation);
  const schema = watchSchema(installation.store, databaseUrl(config), log);
  const work = await createWork(installation, metrics);
  const api = createApi(installation, metrics, readiness.check);
  const stop = async (drainMs = 0) => {
    readiness.stopping();
    schema.stop();
    const drained = delay(drainMs).then(() => api.close());
    await work.stop();
    await drained;
    await installation.store.close();
  };
  try {
    // Before anything is worked on: where another Plimsoll listens already, its jobs are not ours to take.
    const url = await api.listen(config.listen);
    log.info({ url }, 'listening');
    await work.start();
    return { url, failed: schema.outdated, stop: () => stop(config.drainSeconds * 1_000) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts what works beside servers on the same database. */
export async function startWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const installation = await openInstallation(config, log);
  const metrics = createMetrics(installation);
  const readiness = createReadiness(installation);
  const schema = watchSchema(installation.store, databaseUrl(config), log);
  const work = await createWork(installation, metrics);
  const operations = createOperationsServer({ checkReady: readiness.check, metrics, log });
  const stop = async () => {
    readiness.stopping();
    schema.stop();
    await work.stop();
    await operations.close();
    await installation.store.close();
  };
  try {
    const url = config.metricsListen && (await operations.listen(config.metricsListen));
    await work.start();
    log.info({ url }, 'working');
    return { stop, failed: schema.outdated, ...(url ? { url } : {}) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createReadiness({ store }: Installation) {
  let isStopping = false;
  return {
    check: async () => {
      if (isStopping) throw new NotReady('stopping');
      try {
        await store.ping();
      } catch (cause) {
        throw new NotReady('database', { cause });
      }
    },
    stopping: () => {
      isStopping = true;
    },
  };
}
