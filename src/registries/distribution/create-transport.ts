import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, buildConnector } from 'undici';
import { AppError } from '../../model/app-error.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import { explainRefusal, isAddressAllowed } from './address-policy.ts';
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
  const agent = new Agent({
    connect: createCheckedConnector(options, system),
    headersTimeout: limits.headersTimeout,
    bodyTimeout: limits.bodyTimeout,
    pipelining: 1,
  });

  async function send(request: WireRequest, signal: AbortSignal): Promise<WireResponse> {
    const { method, url } = request;
    assertUrlAllowed(url, policy);
    try {
      const answer = await agent.request({
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

  return { send, close: () => agent.destroy() };
}

/** Literal addresses are never looked up, so they are judged here; names are judged when they are resolved. */
function assertUrlAllowed(url: URL, policy: NetworkPolicy): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError('connection-failed', `Only http and https are spoken, not ${url.protocol}`);
  }
  const host = bareHost(url.hostname);
  if (isIP(host) !== 0 && !isAddressAllowed(host, policy))
    throw new AppError('address-forbidden', explainRefusal(host, host));
}

function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * A connector that judges the very address it connects to, so that a name which resolves differently the second
 * time (DNS rebinding) gains nothing.
 */
function createCheckedConnector(
  options: { readonly insecure: boolean; readonly policy: NetworkPolicy; readonly limits: DistributionLimits },
  system: Pick<System, 'resolve'>,
): buildConnector.connector {
  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolveAllowed(hostname, options.policy, system).then(
      (addresses) => {
        const [first] = addresses;
        if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: Error) => callback(error, []),
    );
  };
  const connect = buildConnector({
    rejectUnauthorized: !options.insecure,
    timeout: options.limits.connectTimeout,
    allowH2: false,
    lookup,
  });
  return (target, callback) => {
    const host = bareHost(target.hostname);
    if (isIP(host) !== 0 && !isAddressAllowed(host, options.policy)) {
      callback(new AppError('address-forbidden', explainRefusal(host, host)), null);
      return;
    }
    connect(target, callback);
  };
}

async function resolveAllowed(hostname: string, policy: NetworkPolicy, system: Pick<System, 'resolve'>) {
  const addresses = await system.resolve(hostname);
  const allowed = addresses.filter(({ address }) => isAddressAllowed(address, policy));
  const [refused] = addresses;
  if (allowed.length === 0 && refused !== undefined) {
    throw new AppError('address-forbidden', explainRefusal(hostname, refused.address));
  }
  if (allowed.length === 0) throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
  return allowed;
}
