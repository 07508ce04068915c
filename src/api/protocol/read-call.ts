import type { ApiCall } from './api-call.ts';
import type { Language } from './api-error.ts';
import { errors } from './errors.ts';
import { type Pair, parsePairs } from './parse-pairs.ts';
import { mediaTypeOf, queryOf, type RawRequest, type WholeRequest } from './raw-request.ts';
import { readTc3Call } from './read-tc3-call.ts';
import { readV1Call } from './read-v1-call.ts';
import type { SigningKeyCache } from './verify-tc3.ts';

const MAX_QUERY_BYTES = 32 * 1024;
const MAX_FORM_BYTES = 1024 * 1024;
const FORM = 'application/x-www-form-urlencoded';
const POST_TYPES: ReadonlySet<string> = new Set([FORM, 'application/json', 'multipart/form-data']);

export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * What a request asks for. TC3 when it has an `Authorization` header, the older scheme when it has a `Signature`
 * parameter. @throws ApiError when it is neither, or is malformed
 */
export function readCall(request: RawRequest, signingKeys: SigningKeyCache): ApiCall {
  const whole = readable(request);
  const { authorization } = request.headers;
  if (authorization !== undefined) return readTc3Call(whole, authorization, signingKeys);
  const pairs = readPairs(whole);
  if (!pairs.some(([name]) => name === 'Signature')) throw errors.invalidAuthorization('it is missing', '缺少该请求头');
  return readV1Call(whole, pairs);
}

function readable(request: RawRequest): WholeRequest {
  const { body, method } = request;
  if (body === 'too-large' || body.length > MAX_BODY_BYTES) throw errors.requestTooLarge(MAX_BODY_BYTES);
  if (method !== 'GET' && method !== 'POST') throw errors.unsupportedMethod(method);
  if (method === 'POST' && !POST_TYPES.has(mediaTypeOf(request))) {
    throw errors.unsupportedContentType(mediaTypeOf(request));
  }
  if (queryOf(request).length > MAX_QUERY_BYTES) throw errors.requestTooLarge(MAX_QUERY_BYTES);
  if (body === 'unreadable') throw errors.unreadableBody();
  return { ...request, body };
}

function readPairs(request: WholeRequest): readonly Pair[] {
  if (request.method === 'GET') return parsePairs(queryOf(request));
  // Without an Authorization header only a form can be signed.
  if (mediaTypeOf(request) !== FORM) throw errors.invalidAuthorization('it is missing', '缺少该请求头');
  if (request.body.byteLength > MAX_FORM_BYTES) throw errors.requestTooLarge(MAX_FORM_BYTES);
  return parsePairs(new TextDecoder().decode(request.body));
}

const CHINESE = /(?:^|&)Language=zh-CN(?:&|$)/i;

/** The language of messages: X-TC-Language, or the parameter of the older scheme; found before anything can fail. */
export function languageOf(request: RawRequest): Language {
  const header = request.headers['x-tc-language'];
  if (header) return header.toLowerCase() === 'zh-cn' ? 'zh-CN' : 'en-US';
  if (request.headers.authorization !== undefined) return 'en-US';
  const { body } = request;
  const isForm = mediaTypeOf(request) === FORM && typeof body !== 'string' && body.byteLength <= MAX_FORM_BYTES;
  const text = isForm ? new TextDecoder().decode(body) : queryOf(request);
  return CHINESE.test(text) ? 'zh-CN' : 'en-US';
}
