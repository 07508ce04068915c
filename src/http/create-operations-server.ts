import Fastify from 'fastify';
import type { HttpServer } from './create-http-server.ts';
import { type Operations, serveOperations } from './serve-operations.ts';
import { urlOf } from './url-of.ts';

/** For a process without an API. */
export function createOperationsServer(operations: Operations): HttpServer {
  const app = Fastify({ forceCloseConnections: true });
  serveOperations(app, operations);
  return {
    listen: async (address) => {
      await app.listen(address);
      return urlOf(app);
    },
    close: () => app.close(),
  };
}
