import { createHash, createHmac } from 'node:crypto';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: URL;
  header(name: string): string | undefined;
  readonly body: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
const MUST_BE_SIGNED = ['host', 'x-amz-date'];

/** Why AWS would refuse a request, from what arrived: `InvalidSignatureException` …; undefined = it is signed by the key. */
export function verifyV4(
  request: ReceivedRequest,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  expected: { readonly region: string; readonly service: string },
): string | undefined {
  const match = AUTHORIZATION.exec(request.header('authorization') ?? '');
  if (match === null) return 'MissingAuthenticationTokenException';
  const [, id, day = '', region = '', service = '', names = '', signature] = match;
  if (id !== key.accessKeyId) return 'UnrecognizedClientException';
  const time = request.header('x-amz-date') ?? '';
  if (!time.startsWith(day) || region !== expected.region || service !== expected.service)
    return 'InvalidSignatureException';
  const list = names.split(';');
  if (!MUST_BE_SIGNED.every((name) => list.includes(name))) return 'InvalidSignatureException';
  const query = [...request.url.searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).sort();
  const headers = list.map((name) => `${name}:${request.header(name)?.trim().replaceAll(/ +/g, ' ')}\n`).join('');
  const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
  const canonical = `${request.method}\n${request.url.pathname}\n${query.join('&')}\n${headers}\n${names}\n${hash(request.body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/${service}/aws4_request\n${hash(canonical)}`;
  let signingKey: Buffer = Buffer.from(`AWS4${key.secretAccessKey}`);
  for (const part of [day, region, service, 'aws4_request'])
    signingKey = createHmac('sha256', signingKey).update(part).digest();
  const actual = createHmac('sha256', signingKey).update(toSign).digest('hex');
  return actual === signature ? undefined : 'InvalidSignatureException';
}
