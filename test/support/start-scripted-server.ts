import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** The same number for requests that came over one connection. */
  readonly connection: number;
  readonly headers: IncomingMessage['headers'];
}

export interface ScriptedServer {
  /** `http(s)://127.0.0.1:port` */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Read and written so far, headers and all. */
  bytes(): number;
  stop(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on a free loopback port that records what it was asked; what the handler throws answers 500. */
export async function startScriptedServer(
  handle: Handler,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const listener: Handler = (request, response) => {
    const { method = '', url = '', headers } = request;
    const connection = request.socket.remotePort ?? 0;
    requests.push({ method, url, headers, authorization: headers.authorization, connection });
    response.on('error', () => {});
    try {
      handle(request, response);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const sockets = new Set<Socket>();
  let ofClosed = 0;
  const bytesOf = ({ bytesRead, bytesWritten }: Socket) => bytesRead + bytesWritten;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      ofClosed += bytesOf(socket);
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${portOf(server.address())}`,
    requests,
    bytes: () => [...sockets].reduce((sum, socket) => sum + bytesOf(socket), ofClosed),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}
