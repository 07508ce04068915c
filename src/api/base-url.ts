// What a client reached this server by: a name or address and a port. tccli sends the scheme, too.
const HOST = /^(?:https?:\/\/)?((?:[\w.-]{1,253}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?)\/?$/;

/**
 * `http(s)://host[:port]` as the client of this request would write it, for links in answers; '' for a Host that is none,
 * which makes links relative. A proxy that ends TLS says so in X-Forwarded-Proto.
 */
export function baseUrlOf(headers: Readonly<Record<string, string | undefined>>): string {
  const host = HOST.exec(headers.host ?? '')?.[1];
  if (host === undefined) return '';
  const secure = headers['x-forwarded-proto']?.split(',')[0]?.trim().toLowerCase() === 'https';
  return `${secure ? 'https' : 'http'}://${host}`;
}
