/** A URL for messages: no user info, no fragment, and no query, which may hold a signature or a token. */
export function redactUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
}
