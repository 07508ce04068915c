import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const TRAILING_SLASHES = /\/+$/;

/** An address below a base, which may also be the path of a folder. */
export function joinUrl(base: string, ...names: readonly string[]): string {
  const url = SCHEME.test(base) ? new URL(base) : pathToFileURL(resolve(base));
  url.pathname = [url.pathname.replace(TRAILING_SLASHES, ''), ...names.map(encodeURIComponent)].join('/');
  return url.href;
}

/** The path of a file:// address or a plain path; undefined for what has to be asked over the network. */
export function pathOf(url: string): string | undefined {
  if (!SCHEME.test(url)) return resolve(url);
  return url.toLowerCase().startsWith('file://') ? fileURLToPath(url) : undefined;
}

/** For messages and lists: without user, password and query, which may be secrets. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
