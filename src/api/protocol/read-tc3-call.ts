import type { ApiCall } from './api-call.ts';
import { errors } from './errors.ts';
import { parseAuthorization } from './parse-authorization.ts';
import { type JsonObject, parseJsonBody } from './parse-input.ts';
import { parseMultipart } from './parse-multipart.ts';
import { parsePairs } from './parse-pairs.ts';
import { mediaTypeOf, queryOf, type WholeRequest } from './raw-request.ts';
import { unflatten } from './unflatten.ts';
import { type SigningKeyCache, verifyTc3 } from './verify-tc3.ts';

const TIMESTAMP = /^\d{1,12}$/;

/** A request that is signed in its `Authorization` header: POST with JSON or multipart, or GET. */
export function readTc3Call(request: WholeRequest, authorizationHeader: string, signingKeys: SigningKeyCache): ApiCall {
  const decode = decoderOf(request);
  const authorization = parseAuthorization(authorizationHeader);
  const timestamp = required(request, 'x-tc-timestamp', 'Timestamp');
  const token = request.headers['x-tc-token'];
  const signed = { method: request.method, query: queryOf(request), headers: request.headers, body: request.body };
  return {
    action: required(request, 'x-tc-action', 'Action'),
    version: required(request, 'x-tc-version', 'Version'),
    timestamp,
    secretId: authorization.secretId,
    ...(token ? { token } : {}),
    isSignedWith: (secretKey) =>
      dateOf(timestamp) === authorization.date && verifyTc3(signed, authorization, secretKey, timestamp, signingKeys),
    readParameters: decode,
  };
}

function decoderOf(request: WholeRequest): () => Promise<JsonObject> {
  if (request.method === 'GET') return async () => unflatten(parsePairs(queryOf(request)));
  const type = mediaTypeOf(request);
  if (type === 'application/json') return async () => parseJsonBody(request.body);
  if (type === 'multipart/form-data') return () => parseMultipart(request.headers['content-type'] ?? '', request.body);
  throw errors.unsupportedContentType(type);
}

function required({ headers }: WholeRequest, name: string, label: string): string {
  const value = headers[name];
  if (!value) throw errors.missingParameter(label);
  return value;
}

const dateOf = (timestamp: string): string | undefined =>
  TIMESTAMP.test(timestamp) ? new Date(Number(timestamp) * 1000).toISOString().slice(0, 10) : undefined;
