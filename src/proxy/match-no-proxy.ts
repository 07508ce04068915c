import { BlockList, isIP } from 'node:net';

/** One word of NO_PROXY. */
interface Exception {
  matches(host: string): boolean;
  /** Absent: every port. */
  readonly port?: string;
}

const WORDS = /[,\s]{1,100}/;
const WITH_PORT = /^(?:\[(?<ipv6>[0-9a-f:.]{2,45})\]|(?<name>[^:[\]]{1,253}))(?::(?<port>\d{1,5}))?$/;
const RANGE = /^(?<address>[0-9a-f:.]{2,45})\/(?<bits>\d{1,3})$/;

/**
 * Whether NO_PROXY has a URL asked directly. A word is a host (which stands for its subdomains, too), `.suffix`, `*.suffix`, an
 * address or a CIDR range, each with `:port` where only that one is meant, or `*`. As curl and Go read it, but that a leading dot
 * includes the domain itself, as curl has it: https://everything.curl.dev/usingcurl/proxies/env.html
 */
export function matchNoProxy(text: string): (url: URL) => boolean {
  const exceptions = text.toLowerCase().split(WORDS).filter(Boolean).map(readWord);
  return (url) => {
    const host = plainHost(url);
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return exceptions.some((word) => (word.port === undefined || word.port === port) && word.matches(host));
  };
}

/** The host of a URL as it is compared: lower case, IPv6 without brackets, no dot at the end. */
export function plainHost({ hostname }: URL): string {
  const host = hostname.toLowerCase();
  if (host.startsWith('[')) return host.slice(1, -1);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

function readWord(word: string): Exception {
  const range = RANGE.exec(word)?.groups;
  if (range) return { matches: inRange(range.address ?? '', Number(range.bits)) };
  if (isIP(word) !== 0) return { matches: inRange(word, bitsOf(word)) };
  const { ipv6, name = '', port } = WITH_PORT.exec(word)?.groups ?? {};
  const host = ipv6 ?? name;
  const matches = isIP(host) === 0 ? ofName(host) : inRange(host, bitsOf(host));
  return { matches, ...(port === undefined ? {} : { port: String(Number(port)) }) };
}

const bitsOf = (address: string) => (isIP(address) === 6 ? 128 : 32);

/** Nothing lies in a range that is none: what NO_PROXY says wrongly goes through the proxy, as with curl and Go. */
function inRange(address: string, bits: number): (host: string) => boolean {
  if (isIP(address) === 0 || bits > bitsOf(address)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

function ofName(word: string): (host: string) => boolean {
  if (word === '') return () => false;
  if (word === '*') return () => true;
  if (word.startsWith('*.')) return (host) => host.endsWith(word.slice(1));
  const bare = word.startsWith('.') ? word.slice(1) : word;
  const name = bare.endsWith('.') ? bare.slice(0, -1) : bare;
  return name === '' ? () => false : (host) => host === name || host.endsWith(`.${name}`);
}
