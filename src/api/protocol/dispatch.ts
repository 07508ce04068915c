import type { Logger } from 'pino';
import type { KeyStore } from '../../store/store.ts';
import type { ActionContext, ApiAction } from '../api-action.ts';
import { ApiError, type Language } from './api-error.ts';
import { errorEnvelope, successEnvelope } from './envelope.ts';
import { errors } from './errors.ts';
import { type Authorization, parseAuthorization } from './parse-authorization.ts';
import { parseInput, parseJsonBody } from './parse-input.ts';
import { type SigningKeyCache, verifyTc3 } from './verify-tc3.ts';

/** A request as it came over the wire; header names lower case, values as received. */
export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As received; or why there is none to read. */
  readonly body: Uint8Array | 'too-large' | 'unreadable';
}

/** Always HTTP 200 with content type `application/json`. */
export interface RawResponse {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For metrics and the log: the action, when there is one of this name, and `ok` or the error's code. */
  readonly action: string;
  readonly code: string;
}

export type Dispatch = (request: RawRequest) => Promise<RawResponse>;

export interface DispatchDeps {
  readonly actions: readonly ApiAction[];
  readonly keys: Pick<KeyStore, 'find' | 'recordUse'>;
  readonly context: Omit<ActionContext, 'language' | 'key' | 'log'>;
  readonly signingKeys: SigningKeyCache;
  /** Resolves when the key may call the action now; otherwise rejects with the ApiError to answer. */
  readonly limitRate: (secretId: string, action: string) => Promise<void>;
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly log: Logger;
}

export const API_VERSION = '2020-11-01';
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_CLOCK_DIFFERENCE_SECONDS = 300;
const TIMESTAMP = /^\d{1,12}$/;
const TRACE_ID = /^[\w.-]{1,128}$/;

/** The whole protocol: who asks, what for, and the answer. Never rejects. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  const actions = new Map<string, ApiAction>(deps.actions.map((action) => [action.name, action]));
  return async (request) => {
    const requestId = deps.newRequestId();
    const language = languageOf(request);
    const name = request.headers['x-tc-action'] ?? '';
    const log = deps.log.child({ requestId, action: name.slice(0, 100) });
    const answer = (body: string, code: string): RawResponse => ({
      body,
      headers: traceHeader(request),
      action: actions.has(name) ? name : 'unknown',
      code,
    });
    try {
      const response = await perform(request, actions, deps, language, log);
      return answer(successEnvelope(response, requestId), 'ok');
    } catch (error) {
      const known = error instanceof ApiError ? error : errors.internal(requestId);
      if (known !== error) log.error({ err: error }, 'an action failed unexpectedly');
      return answer(errorEnvelope(known, language, requestId), known.code);
    }
  };
}

async function perform(
  request: RawRequest,
  actions: ReadonlyMap<string, ApiAction>,
  deps: DispatchDeps,
  language: Language,
  log: Logger,
): Promise<object> {
  const { body } = request;
  if (body === 'too-large' || body.length > MAX_BODY_BYTES) throw errors.requestTooLarge(MAX_BODY_BYTES);
  checkProtocol(request);
  if (body === 'unreadable') throw errors.unreadableBody();
  const { actionName, version, timestamp, authorization } = readCommonHeaders(request);
  const key = await authenticate({ ...request, body }, authorization, timestamp, deps);
  if (version !== API_VERSION) throw errors.noSuchVersion(version);
  const action = actions.get(actionName);
  if (!action) throw errors.invalidAction(actionName, version);
  await deps.limitRate(key.secretId, action.name);
  if (action.writes && key.role !== 'admin') throw errors.unauthorizedOperation(action.name);
  const input: unknown = parseInput(action.input, parseJsonBody(body));
  return action.handle(input as never, { ...deps.context, language, key, log });
}

/** GET, form posts and multipart have decoders and signatures of their own; they are not accepted yet. */
function checkProtocol({ method, headers }: RawRequest): void {
  if (method !== 'POST') throw errors.unsupportedMethod(method);
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (contentType !== 'application/json') throw errors.unsupportedContentType(contentType);
}

function readCommonHeaders({ headers }: RawRequest) {
  const header = headers.authorization;
  if (header === undefined) throw errors.invalidAuthorization('it is missing', '缺少该请求头');
  const authorization = parseAuthorization(header);
  const required = (name: string, label: string): string => {
    const value = headers[name];
    if (!value) throw errors.missingParameter(label);
    return value;
  };
  return {
    authorization,
    actionName: required('x-tc-action', 'Action'),
    version: required('x-tc-version', 'Version'),
    timestamp: required('x-tc-timestamp', 'Timestamp'),
  };
}

async function authenticate(
  request: RawRequest & { readonly body: Uint8Array },
  authorization: Authorization,
  timestamp: string,
  deps: DispatchDeps,
) {
  const key = await deps.keys.find(authorization.secretId);
  if (!key) throw errors.secretIdNotFound();
  const now = deps.now();
  if (!TIMESTAMP.test(timestamp)) throw errors.invalidType('Timestamp', 'integer');
  const difference = Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp));
  if (difference > MAX_CLOCK_DIFFERENCE_SECONDS) throw errors.signatureExpired(difference);
  const dateOfTimestamp = new Date(Number(timestamp) * 1000).toISOString().slice(0, 10);
  const signed = {
    method: request.method,
    query: request.url.split('?')[1] ?? '',
    headers: request.headers,
    body: request.body,
  };
  const valid =
    dateOfTimestamp === authorization.date &&
    verifyTc3(signed, authorization, key.secretKey, timestamp, deps.signingKeys);
  if (!valid) throw errors.signatureFailure();
  await deps.keys.recordUse(key.secretId, now);
  return key;
}

function languageOf({ headers }: RawRequest): Language {
  return headers['x-tc-language']?.toLowerCase() === 'zh-cn' ? 'zh-CN' : 'en-US';
}

/** SDKs send a trace id and show the one that comes back with an error. */
function traceHeader({ headers }: RawRequest): Readonly<Record<string, string>> {
  const traceId = headers['x-tc-traceid'];
  return traceId !== undefined && TRACE_ID.test(traceId) ? { 'x-tc-traceid': traceId } : {};
}
