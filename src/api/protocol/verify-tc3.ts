import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { hostSpellings } from './host-spellings.ts';
import type { Authorization } from './parse-authorization.ts';

/** What of a request is signed. Header names are lower case; `host` is the Host header as received. */
export interface SignedRequest {
  readonly method: string;
  /** Raw text after `?`, '' when there is none. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Raw bytes: SDKs differ in how they write JSON, so it is never serialised again. */
  readonly body: Uint8Array;
}

/** Keeps the day's signing keys: deriving one costs three HMACs. */
export interface SigningKeyCache {
  get(name: string): Buffer | undefined;
  set(name: string, key: Buffer): unknown;
}

/**
 * Verifies a TC3-HMAC-SHA256 signature in constant time. Clients differ in the host they sign (with and without the
 * port, a few with the scheme) and in the case of header values, so each spelling that a real client uses is tried.
 */
export function verifyTc3(
  request: SignedRequest,
  authorization: Authorization,
  secretKey: string,
  timestamp: string,
  keys: SigningKeyCache,
): boolean {
  const expected = Buffer.from(authorization.signature, 'hex');
  const key = signingKey(authorization, secretKey, keys);
  const payload = payloadHash(request);
  const scope = `${authorization.date}/${authorization.service}/tc3_request`;
  let valid = false;
  for (const headers of headerSpellings(request, authorization.signedHeaders)) {
    const canonical = [
      request.method,
      '/',
      request.method === 'GET' ? request.query : '',
      headers,
      authorization.signedHeaders.join(';'),
      payload,
    ].join('\n');
    const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac('sha256', key).update(toSign).digest();
    // No early end: how many spellings were tried tells nothing.
    if (timingSafeEqual(signature, expected)) valid = true;
  }
  return valid;
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

function payloadHash({ method, headers, body }: SignedRequest): string {
  if (headers['x-tc-content-sha256'] === 'UNSIGNED-PAYLOAD') return sha256('UNSIGNED-PAYLOAD');
  return sha256(method === 'GET' ? '' : body);
}

function signingKey({ secretId, date, service }: Authorization, secretKey: string, keys: SigningKeyCache): Buffer {
  // The secret is part of the name: a replaced key must not verify with the old one's.
  const name = sha256(`${secretId}\n${secretKey}\n${date}\n${service}`);
  const known = keys.get(name);
  if (known) return known;
  const hmac = (with_: string | Buffer, text: string) => createHmac('sha256', with_).update(text).digest();
  const key = hmac(hmac(hmac(`TC3${secretKey}`, date), service), 'tc3_request');
  keys.set(name, key);
  return key;
}

/** The canonical headers block in every spelling; each ends with a newline, so that a blank line follows. */
function headerSpellings(request: SignedRequest, names: readonly string[]): readonly string[] {
  const spellings: string[] = [];
  for (const host of hostSpellings(request.headers.host ?? '')) {
    for (const contentType of caseSpellings(request.headers['content-type'] ?? '')) {
      const value = (name: string) => {
        if (name === 'host') return host;
        if (name === 'content-type') return contentType;
        const raw = (request.headers[name] ?? '').trim();
        return name.startsWith('x-tc-') ? raw.toLowerCase() : raw;
      };
      spellings.push(names.map((name) => `${name}:${value(name)}\n`).join(''));
    }
  }
  return spellings;
}

const caseSpellings = (value: string) => [...new Set([value.trim(), value.trim().toLowerCase()])];
