import { createHmac, timingSafeEqual } from 'node:crypto';
import { hostSpellings } from './host-spellings.ts';
import type { Pair } from './parse-pairs.ts';

/** SignatureMethod on the wire; absent means HmacSHA1. */
export const v1Methods = { HmacSHA1: 'sha1', HmacSHA256: 'sha256' } as const;
export type V1Method = keyof typeof v1Methods;

/** What of a request is signed: method, Host header as received, and all parameters, decoded. */
export interface V1Request {
  readonly method: string;
  readonly host: string;
  readonly pairs: readonly Pair[];
}

/**
 * Verifies a signature of the older scheme in constant time: METHOD + host + `/?` + sorted `name=value`, values not
 * encoded. SDKs sign the host with its port; the bare name is accepted, too.
 * https://www.tencentcloud.com/document/api/1209/56025
 */
export function verifyV1(request: V1Request, method: V1Method, signature: string, secretKey: string): boolean {
  // The text is compared, not what it decodes to: several texts decode to the same bytes.
  const given = Buffer.from(signature);
  const query = request.pairs
    .filter(([name]) => name !== 'Signature')
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  let valid = false;
  for (const host of hostSpellings(request.host)) {
    const hmac = createHmac(v1Methods[method], secretKey).update(`${request.method}${host}/?${query}`);
    const expected = Buffer.from(hmac.digest('base64'));
    // No early end: how many spellings were tried tells nothing.
    if (given.byteLength === expected.byteLength && timingSafeEqual(given, expected)) valid = true;
  }
  return valid;
}
