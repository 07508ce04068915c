import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { AppError } from '../../model/app-error.ts';
import { chooseProxy } from '../../proxy/choose-proxy.ts';
import { createDispatcher } from '../../proxy/create-dispatcher.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { explainRefusal, isAddressAllowed } from './address-policy.ts';
import { bareHost } from './bare-host.ts';
import { createCheckedConnector } from './checked-connector.ts';
import { createNameJudge } from './judge-proxied-name.ts';
import type { DistributionLimits } from './limits.ts';
import { toNetworkError } from './network-error.ts';
import type { System } from './system.ts';

export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string;
}

/** One HTTP answer, whatever its status. The body must be read to its end or destroyed. */
export interface WireResponse {
  readonly url: URL;
  readonly method: string;
  readonly status: number;
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** HTTP to anywhere the policy allows; follows no redirect and retries nothing. */
export interface Transport {
  send(request: WireRequest, signal: AbortSignal): Promise<WireResponse>;
  close(): Promise<void>;
}

export function createTransport(
  options: { readonly insecure: boolean; readonly policy: NetworkPolicy; readonly limits: DistributionLimits },
  system: Pick<System, 'resolve'>,
): Transport {
  const { limits, policy } = options;
  const proxyOf = chooseProxy(policy.proxy);
  const judgeName = createNameJudge(policy, system);
  const connect = createCheckedConnector(options, system);
  const { dispatcher, close } = createDispatcher({ ...limits, proxyOf, connect, insecure: options.insecure });

  async function send(request: WireRequest, signal: AbortSignal): Promise<WireResponse> {
    const { method, url } = request;
    assertUrlAllowed(url, policy);
    if (proxyOf(url)) await judgeName(bareHost(url));
    try {
      const answer = await dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: { 'user-agent': 'plimsoll', 'accept-encoding': 'identity', ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        signal,
        // undici would close the connection after each HEAD: an unchanged registry of 2000 tags cost 2000 TLS
        // handshakes and 5 times the time.
        reset: false,
      });
      // A body that is dropped half-read reports that as an error, when nobody listens any more.
      answer.body.on('error', () => {});
      return {
        url,
        method,
        status: answer.statusCode,
        header(name) {
          const value = answer.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        body: answer.body,
      };
    } catch (error) {
      throw toNetworkError(error, method, url, signal);
    }
  }

  return { send, close };
}

/** Literal addresses are never looked up, so they are judged here; names are judged when they are resolved, or before a proxy is asked. */
function assertUrlAllowed(url: URL, policy: NetworkPolicy): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError('connection-failed', `Only http and https are spoken, not ${url.protocol}`);
  }
  const host = bareHost(url);
  if (isIP(host) !== 0 && !isAddressAllowed(host, policy))
    throw new AppError('address-forbidden', explainRefusal(host, host));
}
