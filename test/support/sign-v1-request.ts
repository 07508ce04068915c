import { createHmac } from 'node:crypto';
import type { SignedHttpRequest } from './sign-request.ts';
import type { ApiKeyPair } from './start-test-api.ts';

/** A request of the older scheme, as some client would send it. */
export interface V1RequestToSign {
  readonly key: ApiKeyPair;
  readonly action: string;
  /** Action parameters, flattened; the order is kept. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Common parameters that differ; one that is undefined is left out. */
  readonly common?: Readonly<Record<string, string | undefined>>;
  readonly method?: 'GET' | 'POST';
  readonly host: string;
  readonly signedHost?: string;
  /** Absent: HmacSHA1 without naming it. */
  readonly signatureMethod?: 'HmacSHA1' | 'HmacSHA256';
  /** Unix seconds. */
  readonly timestamp?: number;
}

/** HmacSHA1 or HmacSHA256 over the sorted parameters. Written apart from the code it tests. */
export function signV1Request(request: V1RequestToSign): SignedHttpRequest {
  const { key, action, host, method = 'POST', signatureMethod } = request;
  const all: Readonly<Record<string, string | undefined>> = {
    ...request.parameters,
    Action: action,
    Version: '2020-11-01',
    Timestamp: String(request.timestamp ?? Math.floor(Date.now() / 1000)),
    Nonce: '11886',
    SecretId: key.secretId,
    ...(signatureMethod ? { SignatureMethod: signatureMethod } : {}),
    ...request.common,
  };
  const parameters = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  const source = `${method}${request.signedHost ?? host}/?${sorted.map(([name, value]) => `${name}=${value}`).join('&')}`;
  const hash = signatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1';
  const signature = createHmac(hash, key.secretKey).update(source).digest('base64');
  const query = new URLSearchParams([...parameters, ['Signature', signature]]).toString();
  if (method === 'GET') return { method, path: `/?${query}`, headers: { host }, body: '' };
  return { method, path: '/', headers: { host, 'content-type': 'application/x-www-form-urlencoded' }, body: query };
}
