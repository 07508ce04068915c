import { createHash, createHmac } from 'node:crypto';

export interface TencentCredentials {
  readonly secretId: string;
  readonly secretKey: string;
}

/** A POST with a JSON body to the root of a host. */
export interface TencentRequest {
  /** As it will be sent, with the port. */
  readonly host: string;
  readonly contentType: string;
  readonly body: string;
  readonly service: string;
  /** Unix seconds. Tencent Cloud refuses a clock that is more than five minutes off. */
  readonly timestamp: number;
}

/** The Authorization header of a call of Tencent Cloud: https://www.tencentcloud.com/document/api/1209/56024 */
export function signTc3(request: TencentRequest, { secretId, secretKey }: TencentCredentials): string {
  const { host, contentType, body, service, timestamp } = request;
  const date = new Date(timestamp * 1_000).toISOString().slice(0, 10);
  const signedHeaders = 'content-type;host';
  const canonical = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\n\n${signedHeaders}\n${sha256(body)}`;
  const scope = `${date}/${service}/tc3_request`;
  const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
  const key = [date, service, 'tc3_request'].reduce<string | Buffer>(hmac, `TC3${secretKey}`);
  const signature = hmac(key, toSign).toString('hex');
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
