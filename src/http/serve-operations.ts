import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry as MetricsRegistry } from 'prom-client';
import { NotReady } from './not-ready.ts';

export interface Operations {
  /** Throws when this process cannot do its work now; `NotReady` says what is missing. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: MetricsRegistry;
  readonly log: Logger;
}

/** What a platform asks of a process: `/healthz` whether it lives, `/readyz` whether it can work, `/metrics` how it fares. */
export function serveOperations(app: FastifyInstance, { checkReady, metrics, log }: Operations): void {
  // Not the database: to start a process anew does not mend one.
  app.get('/healthz', async (_request, reply) => reply.send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      await checkReady();
      return await reply.send({ status: 'ok' });
    } catch (error) {
      log.error({ err: error }, 'not ready');
      const missing = error instanceof NotReady ? { missing: error.missing } : {};
      return await reply.code(503).send({ status: 'unavailable', ...missing });
    }
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
