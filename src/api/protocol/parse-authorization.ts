import { errors } from './errors.ts';

/** The parts of a TC3 Authorization header. */
export interface Authorization {
  readonly secretId: string;
  /** UTC date of the credential scope, `YYYY-MM-DD`. */
  readonly date: string;
  /** Whatever the client took for the service: SDKs send `tcss`, or the first label of their endpoint. */
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** 64 hex digits, lower case. */
  readonly signature: string;
}

const SHAPE =
  'TC3-HMAC-SHA256 Credential=<SecretId>/<date>/<service>/tc3_request, SignedHeaders=<names>, Signature=<64 hex digits>';
const MAX_LENGTH = 2_048;
const HEADER =
  /^TC3-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{4}-\d{2}-\d{2})\/([^,\s]+)\/tc3_request *, *SignedHeaders=([A-Za-z0-9;_-]+) *, *Signature=([0-9a-fA-F]{64})$/;

/**
 * Reads `TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
 * https://www.tencentcloud.com/document/api/1209/56024
 * @throws ApiError AuthFailure.InvalidAuthorization
 */
export function parseAuthorization(header: string): Authorization {
  const match = header.length <= MAX_LENGTH ? HEADER.exec(header.trim()) : null;
  if (!match) {
    throw errors.invalidAuthorization(`it must read ${SHAPE}`, `应为 ${SHAPE}`);
  }
  const [, secretId = '', date = '', service = '', names = '', signature = ''] = match;
  const signedHeaders = names.toLowerCase().split(';');
  for (const required of ['content-type', 'host']) {
    if (!signedHeaders.includes(required)) {
      throw errors.invalidAuthorization(`SignedHeaders must contain ${required}`, `SignedHeaders 必须包含 ${required}`);
    }
  }
  return { secretId, date, service, signedHeaders, signature: signature.toLowerCase() };
}
