import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy makes of the next request. */
export interface ProxyRule {
  /** Answers with it instead of asking the registry. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Before the answer begins. */
  readonly delayMs?: number;
  /** Bytes a second of the body. */
  readonly bytesPerSecond?: number;
}

export interface LimitingProxy {
  readonly url: string;
  /** Paths that were asked for, and the status of each answer. */
  readonly served: readonly { readonly path: string; readonly status: number }[];
  stop(): Promise<void>;
}

/** Stands before a real registry as a gateway that limits does: adds headers, refuses, waits, trickles. */
export async function startLimitingProxy(
  registryUrl: string,
  rule: (path: string, count: number) => ProxyRule,
): Promise<LimitingProxy> {
  const served: { path: string; status: number }[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const chosen = rule(path, served.length + 1);
    const entry = { path, status: chosen.status ?? 0 };
    served.push(entry);
    forward(registryUrl, incoming, outgoing, chosen)
      .then((status) => {
        entry.status = status;
      })
      .catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(
  registryUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers = {}, delayMs = 0, bytesPerSecond }: ProxyRule,
): Promise<number> {
  await sleep(delayMs);
  if (status !== undefined) {
    outgoing.writeHead(status, headers).end();
    return status;
  }
  const asked = request(new URL(incoming.url ?? '/', registryUrl), {
    method: incoming.method,
    headers: incoming.headers,
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...headers });
  if (bytesPerSecond === undefined) {
    answer.pipe(outgoing);
    return answer.statusCode ?? 502;
  }
  outgoing.on('close', () => answer.destroy());
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.byteLength && !outgoing.destroyed; at += bytesPerSecond / 10) {
      outgoing.write(chunk.subarray(at, at + bytesPerSecond / 10));
      await sleep(100);
    }
  }
  outgoing.end();
  return answer.statusCode ?? 502;
}
