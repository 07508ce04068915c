import { BlockList, isIP } from 'node:net';
import type { ProxySettings } from '../model/proxy-settings.ts';
import { matchNoProxy, plainHost } from './match-no-proxy.ts';

/** An HTTP proxy. */
export interface HttpProxy {
  /** `http://proxy.example.com:3128`: for messages, too, since it holds no password. */
  readonly origin: string;
  /** Value of Proxy-Authorization. */
  readonly authorization?: string;
}

/** The proxy that a URL is asked through; undefined = directly. */
export type ProxyChoice = (url: URL) => HttpProxy | undefined;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Loopback goes directly whatever is set, as with Go: https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config */
export function chooseProxy(settings: ProxySettings = {}): ProxyChoice {
  const proxies: Readonly<Record<string, HttpProxy | undefined>> = {
    'http:': readProxy(settings.http),
    'https:': readProxy(settings.https),
  };
  const isExcepted = matchNoProxy(settings.noProxy ?? '');
  return (url) => {
    const proxy = proxies[url.protocol];
    return proxy === undefined || isLoopback(plainHost(url)) || isExcepted(url) ? undefined : proxy;
  };
}

function isLoopback(host: string): boolean {
  if (isIP(host) !== 0) return loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
  return host === 'localhost' || host.endsWith('.localhost');
}

function readProxy(text: string | undefined): HttpProxy | undefined {
  if (text === undefined) return undefined;
  const { origin, username, password } = new URL(text);
  if (username === '' && password === '') return { origin };
  const pair = `${decode(username)}:${decode(password)}`;
  return { origin, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A password with a % that encodes nothing is taken as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
