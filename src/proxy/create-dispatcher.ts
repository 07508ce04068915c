import type { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { ProxyChoice } from './choose-proxy.ts';
import { connectToProxies, type ProxyTimeouts } from './connect-to-proxies.ts';
import { forwardThrough } from './forward-through.ts';
import { openTunnel } from './open-tunnel.ts';

export interface DispatcherOptions extends ProxyTimeouts {
  readonly proxyOf: ProxyChoice;
  /** Whether certificates of what is asked are not verified; that of a proxy always is. */
  readonly insecure: boolean;
  /** Connects to what is asked without a proxy. */
  readonly connect: buildConnector.connector;
}

export interface Outbound {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/** An HTTP client that goes by proxies where they are chosen: https in a tunnel, http as a request for the whole address. */
export function createDispatcher(options: DispatcherOptions): Outbound {
  const { proxyOf, connect, connectTimeout, headersTimeout, bodyTimeout } = options;
  const proxies = connectToProxies(options);
  const secure = buildConnector({ rejectUnauthorized: !options.insecure, timeout: connectTimeout, allowH2: false });
  const agent = new Agent({
    headersTimeout,
    bodyTimeout,
    pipelining: 1,
    connect: (target, callback) => {
      const url = new URL(`${target.protocol}//${target.host}`);
      const proxy = proxyOf(url);
      if (proxy === undefined) return connect(target, callback);
      openTunnel(proxies, proxy, url).then(
        (socket) => secure({ ...target, httpSocket: socket as Socket }, callback), // a socket: undici's types say less
        (error: Error) => callback(error, null),
      );
    },
  });
  const dispatcher = agent.compose((dispatch) => (asked, handler) => {
    const url = new URL(String(asked.origin));
    const proxy = url.protocol === 'http:' ? proxyOf(url) : undefined;
    return proxy ? forwardThrough(proxies, proxy, asked, handler) : dispatch(asked, handler);
  });
  return { dispatcher, close: async () => void (await Promise.all([agent.destroy(), proxies.destroy()])) };
}
