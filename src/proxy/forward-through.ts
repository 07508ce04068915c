import type { Dispatcher } from 'undici';
import type { HttpProxy } from './choose-proxy.ts';
import { authorizationFor } from './open-tunnel.ts';
import { proxyRefusal } from './proxy-error.ts';

type Handler = Dispatcher.DispatchHandler;

/** Has a proxy send a request over plain http: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
export function forwardThrough(
  proxies: Dispatcher,
  proxy: HttpProxy,
  asked: Dispatcher.DispatchOptions,
  handler: Handler,
): boolean {
  const { origin, host } = new URL(String(asked.origin));
  const headers = [...listHeaders(asked.headers), ...Object.entries({ host, ...authorizationFor(proxy) }).flat()];
  const forwarded = { ...asked, origin: proxy.origin, path: `${origin}${asked.path}`, headers };
  return proxies.dispatch(forwarded, refusing(handler, proxy, host));
}

/** Names and values in turn, which is how `fetch` gives them. */
function listHeaders(headers: Dispatcher.DispatchOptions['headers']): string[] {
  if (!headers) return [];
  if (Array.isArray(headers)) return headers.map(String);
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return entries.flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, String(one)]));
}

/** 407 is the proxy's own answer; no other status can be told from one of the server behind it. */
function refusing(handler: Handler, proxy: HttpProxy, host: string): Handler {
  return {
    onRequestStart: (...given) => handler.onRequestStart?.(...given),
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart(controller, status, ...given) {
      if (status === 407) controller.abort(proxyRefusal(proxy, status, host));
      else handler.onResponseStart?.(controller, status, ...given);
    },
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
    onResponseStarted: () => handler.onResponseStarted?.(),
  };
}
