import { Agent, buildConnector } from 'undici';
import { proxyUnreachable } from './proxy-error.ts';

export interface ProxyTimeouts {
  /** Milliseconds until a proxy must have been reached. */
  readonly connectTimeout: number;
  /** Until the first answer has come: for a tunnel that it stands. */
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

/** Connections to proxies themselves. They were named by whoever runs this machine, so no address policy judges them. */
export function connectToProxies({ connectTimeout, headersTimeout, bodyTimeout }: ProxyTimeouts): Agent {
  const connect = buildConnector({ timeout: connectTimeout, allowH2: false });
  return new Agent({
    headersTimeout,
    bodyTimeout,
    connect: (target, callback) =>
      connect(target, (error, socket) => {
        if (error) callback(proxyUnreachable({ origin: `${target.protocol}//${target.host}` }, error), null);
        else callback(null, socket as NonNullable<typeof socket>);
      }),
  });
}
