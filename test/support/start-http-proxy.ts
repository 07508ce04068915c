import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface HttpProxyOptions {
  /** Asked for by 407. */
  readonly account?: { readonly username: string; readonly password: string };
  /** Names that only the proxy can look up. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Answers CONNECT with it. */
  readonly refuse?: number;
}

export interface TestHttpProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What it was asked for and let pass: `CONNECT host:port`, `GET http://host/path`. */
  readonly passed: readonly string[];
  /** Headers of each request for a whole address. */
  readonly forwarded: readonly IncomingMessage['headers'][];
  stop(): Promise<void>;
}

/** A real HTTP proxy on a free loopback port: tunnels by CONNECT, and forwards requests for a whole http address. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<TestHttpProxy> {
  const passed: string[] = [];
  const forwarded: IncomingMessage['headers'][] = [];
  const sockets = new Set<Duplex>();
  const addressOf = (name: string) => options.hosts?.[name] ?? name;
  const server = createServer((incoming, outgoing) => {
    if (!isAllowed(incoming, options)) return void outgoing.writeHead(407, CHALLENGE).end('<html>sign in</html>');
    passed.push(`${incoming.method} ${incoming.url}`);
    forwarded.push(incoming.headers);
    forward(incoming, outgoing, addressOf);
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket) => {
    const status = isAllowed(incoming, options) ? options.refuse : 407;
    client.on('error', () => {});
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    passed.push(`CONNECT ${incoming.url}`);
    const target = tunnel(incoming.url ?? '', client, addressOf);
    for (const socket of [client, target]) sockets.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    forwarded,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const CHALLENGE = { 'proxy-authenticate': 'Basic realm="proxy"' };

function isAllowed({ headers }: IncomingMessage, { account }: HttpProxyOptions): boolean {
  if (account === undefined) return true;
  const pair = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  return headers['proxy-authorization'] === `Basic ${pair}`;
}

function tunnel(asked: string, client: Socket, addressOf: (name: string) => string): Socket {
  const { hostname, port } = new URL(`http://${asked}`);
  const target = connect(Number(port || 80), addressOf(hostname), () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.pipe(client).pipe(target);
  });
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
  return target;
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, addressOf: (name: string) => string): void {
  const { hostname, port, pathname, search } = new URL(incoming.url ?? '');
  const { 'proxy-authorization': _, ...headers } = incoming.headers;
  const { method } = incoming;
  const to = { host: addressOf(hostname), port: port || 80, path: `${pathname}${search}`, method, headers };
  const asked = request(to, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  asked.on('error', () => outgoing.destroy());
  outgoing.on('close', () => asked.destroy());
  incoming.pipe(asked);
}
