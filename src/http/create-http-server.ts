import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import type { Dispatch } from '../api/protocol/dispatch.ts';
import type { RawRequest } from '../api/protocol/raw-request.ts';
import { MAX_BODY_BYTES } from '../api/protocol/read-call.ts';
import { flatHeaders } from './flat-headers.ts';
import { type EventIntake, serveEvents } from './serve-events.ts';
import { type ExportDownloads, serveExports } from './serve-exports.ts';
import { type Operations, serveOperations } from './serve-operations.ts';
import { urlOf } from './url-of.ts';

export interface HttpServerDeps extends Operations {
  readonly dispatch: Dispatch;
  readonly downloads: ExportDownloads;
  readonly intake: EventIntake;
}

export interface HttpServer {
  /** `http://host:port` after listening; port 0 takes any free one. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Lets requests under way finish. */
  close(): Promise<void>;
}

/** Above the API's own limit, so that the API's error is what a client sees. */
const BODY_LIMIT = MAX_BODY_BYTES + 1024;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 72_000;
/** A registry's name in a path, percent-encoded. */
const MAX_PARAM_LENGTH = 1_000;

/** HTTP around the API: POST / and GET /, files of exports, health, metrics. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: 64 * 1024 },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
  });
  const answerApi = apiHandler(deps);
  // The signature covers the raw bytes: nothing may parse them before it is verified.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const answerWhole = (request: FastifyRequest, reply: FastifyReply) =>
    answerApi(request, reply, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  app.all('/', answerWhole);
  // Methods that Fastify has no route for: whatever is sent to `/` is answered as the API does.
  app.setNotFoundHandler((request, reply) =>
    request.raw.url?.split('?')[0] === '/'
      ? answerWhole(request, reply)
      : reply.code(404).send({ status: 'not found' }),
  );
  serveExports(app, deps.downloads);
  serveEvents(app, deps.intake, deps);
  serveOperations(app, deps);
  app.setErrorHandler((error, request, reply) => handleError(error, request, reply, answerApi));
  return {
    listen: async (address) => {
      await app.listen(address);
      return urlOf(app);
    },
    close: () => app.close(),
  };
}

type AnswerApi = (request: FastifyRequest, reply: FastifyReply, body: RawRequest['body']) => Promise<FastifyReply>;

function apiHandler({ dispatch, metrics }: HttpServerDeps): AnswerApi {
  const calls = new Counter({
    name: 'plimsoll_api_calls_total',
    help: 'API calls by action and answer',
    labelNames: ['action', 'code'],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: 'plimsoll_api_call_seconds',
    help: 'Time to answer an API call',
    labelNames: ['action'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [metrics],
  });
  return async (request, reply, body) => {
    const start = performance.now();
    const answer = await dispatch({
      method: request.method,
      url: request.raw.url ?? '/',
      headers: flatHeaders(request),
      body,
    });
    calls.inc({ action: answer.action, code: answer.code });
    seconds.observe({ action: answer.action }, (performance.now() - start) / 1000);
    // Exactly this type: with a charset the Python SDK does not see the error in an answer.
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer.body),
      ...answer.headers,
    });
    reply.raw.end(request.method === 'HEAD' ? undefined : answer.body);
    return reply;
  };
}

/** What Fastify itself refuses (a body over the limit, a broken length) is still an API call when it was sent to `/`. */
async function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply, answerApi: AnswerApi) {
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (request.routeOptions.url !== '/') return reply.code(status).send({ status: 'error' });
  return answerApi(request, reply, status === 413 ? 'too-large' : 'unreadable');
}
