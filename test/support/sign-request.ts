import { createHash, createHmac } from 'node:crypto';
import type { ApiKeyPair } from './start-test-api.ts';

/** A request as some client would send it; every member that is absent takes the Node SDK's way. */
export interface RequestToSign {
  readonly key: ApiKeyPair;
  readonly action: string;
  /** JSON text as the client writes it. */
  readonly body: string;
  readonly method?: string;
  /** Raw text after `?`. */
  readonly query?: string;
  /** Host header as sent; tccli sends a scheme in it. */
  readonly host: string;
  /** Host as signed: the Node SDK leaves the port out, all others sign the Host header. */
  readonly signedHost?: string;
  /** Service of the credential scope: `tcss`, or the first label of the endpoint. */
  readonly service?: string;
  readonly signedHeaders?: readonly string[];
  readonly contentType?: string;
  readonly unsignedPayload?: boolean;
  /** Unix seconds. */
  readonly timestamp?: number;
  /** `YYYY-MM-DD` of the scope; that of the timestamp unless a test wants it wrong. */
  readonly date?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A signed request, ready to be sent, or to be spoiled first. */
export interface SignedHttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** TC3-HMAC-SHA256 with every switch that tells real clients apart. Written apart from the code it tests. */
export function signRequest(request: RequestToSign): SignedHttpRequest {
  const { key, action, body, host, method = 'POST', query = '', service = 'tcss' } = request;
  const timestamp = request.timestamp ?? Math.floor(Date.now() / 1000);
  const date = request.date ?? new Date(timestamp * 1000).toISOString().slice(0, 10);
  const signedHeaders = request.signedHeaders ?? ['content-type', 'host'];
  const headers: Readonly<Record<string, string>> = {
    host,
    'content-type': request.contentType ?? 'application/json',
    'x-tc-action': action,
    'x-tc-version': request.version ?? '2020-11-01',
    'x-tc-timestamp': String(timestamp),
    ...(request.unsignedPayload ? { 'x-tc-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
    ...request.headers,
  };
  const signedValue = (name: string) => {
    if (name === 'host') return request.signedHost ?? host;
    const value = headers[name] ?? '';
    return name.startsWith('x-tc-') ? value.trim().toLowerCase() : value;
  };
  const payload = request.unsignedPayload ? 'UNSIGNED-PAYLOAD' : method === 'GET' ? '' : body;
  const canonical = [
    method,
    '/',
    method === 'GET' ? query : '',
    signedHeaders.map((name) => `${name}:${signedValue(name)}\n`).join(''),
    signedHeaders.join(';'),
    sha256(payload),
  ].join('\n');
  const scope = `${date}/${service}/tc3_request`;
  const signingKey = hmac(hmac(hmac(`TC3${key.secretKey}`, date), service), 'tc3_request');
  const signature = hmac(signingKey, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `TC3-HMAC-SHA256 Credential=${key.secretId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return { method, path: query ? `/?${query}` : '/', headers: { ...headers, authorization }, body };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
