import { createHash, createHmac } from 'node:crypto';

export interface RequestToSign {
  readonly secretId: string;
  readonly secretKey: string;
  /** Host header as it will be sent, with the port. */
  readonly host: string;
  readonly contentType: string;
  readonly body: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** The Authorization header of a POST with a JSON body: https://www.tencentcloud.com/document/api/1209/56024 */
export function signTc3({ secretId, secretKey, host, contentType, body, timestamp }: RequestToSign): string {
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const signedHeaders = 'content-type;host';
  const canonical = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\n\n${signedHeaders}\n${sha256(body)}`;
  const scope = `${date}/tcss/tc3_request`;
  const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(`TC3${secretKey}`, date), 'tcss'), 'tc3_request');
  const signature = hmac(key, toSign).toString('hex');
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
