import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { HttpProxy } from './choose-proxy.ts';
import { proxyRefusal, proxyUnreachable } from './proxy-error.ts';

/** A connection through a proxy to `host:port`, by CONNECT: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 */
export async function openTunnel(
  proxies: Dispatcher,
  proxy: HttpProxy,
  target: { readonly hostname: string; readonly port: string },
  signal?: AbortSignal,
): Promise<Duplex> {
  const host = `${target.hostname}:${target.port || '443'}`;
  const { statusCode, socket } = await proxies
    .connect({
      origin: proxy.origin,
      path: host,
      headers: { host, 'user-agent': 'plimsoll', ...authorizationFor(proxy) },
      ...(signal ? { signal } : {}),
    })
    .catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : proxyUnreachable(proxy, error);
    });
  if (statusCode >= 200 && statusCode < 300) return socket;
  socket.on('error', () => {}).destroy();
  throw proxyRefusal(proxy, statusCode, host);
}

export function authorizationFor({ authorization }: HttpProxy): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}
