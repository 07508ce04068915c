import type { Logger } from 'pino';
import { isDiskFull } from '../../model/is-disk-full.ts';
import type { AuditStore } from '../../store/audit-log.ts';
import { isQueryTooSlow } from '../../store/query-too-slow.ts';
import type { ApiKey, KeyStore } from '../../store/store.ts';
import type { ActionContext, AnyAction } from '../api-action.ts';
import { baseUrlOf } from '../base-url.ts';
import type { ApiCall } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { errorEnvelope, successEnvelope } from './envelope.ts';
import { errors } from './errors.ts';
import { parseInput } from './parse-input.ts';
import type { RawRequest } from './raw-request.ts';
import { languageOf, readCall } from './read-call.ts';
import { redact } from './redact.ts';
import type { SigningKeyCache } from './verify-tc3.ts';

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
  readonly actions: readonly AnyAction[];
  readonly keys: Pick<KeyStore, 'find' | 'recordUse'>;
  readonly audit: Pick<AuditStore, 'record'>;
  readonly context: Omit<ActionContext, 'key' | keyof RequestContext>;
  /** How clients reach this server; absent: as each request's Host says. */
  readonly publicUrl?: string | undefined;
  readonly signingKeys: SigningKeyCache;
  /** Resolves when the key may call the action now; otherwise rejects with the ApiError to answer. */
  readonly limitRate: (secretId: string, action: string) => Promise<void>;
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly log: Logger;
}

/** What an action may know of its request. */
type RequestContext = Pick<ActionContext, 'language' | 'log' | 'baseUrl'>;

interface CallContext extends RequestContext {
  readonly requestId: string;
}

export const API_VERSION = '2020-11-01';
const MAX_CLOCK_DIFFERENCE_SECONDS = 300;
const TIMESTAMP = /^\d{1,12}$/;
const TRACE_ID = /^[\w.-]{1,128}$/;

/** The whole protocol: who asks, what for, and the answer. Never rejects. */
export function createDispatch(deps: DispatchDeps): Dispatch {
  const actions = new Map<string, AnyAction>(deps.actions.map((action) => [action.name, action]));
  return async (request) => {
    const requestId = deps.newRequestId();
    const language = languageOf(request);
    const call = attempt(() => readCall(request, deps.signingKeys));
    const name = call instanceof Error ? '' : call.action;
    const log = deps.log.child({ requestId, action: name.slice(0, 100) });
    const answer = (body: string, code: string): RawResponse => ({
      body,
      headers: traceHeader(request),
      action: actions.has(name) ? name : 'unknown',
      code,
    });
    try {
      if (call instanceof Error) throw call;
      const baseUrl = deps.publicUrl ?? baseUrlOf(request.headers);
      const response = await perform(call, actions, deps, { language, log, baseUrl, requestId });
      return answer(successEnvelope(response, requestId), 'ok');
    } catch (error) {
      const known = toApiError(error, requestId);
      if (known.code === 'ResourceInsufficient') log.error({ err: error }, 'the disk is full: nothing can be written');
      if (known.code === 'InternalError') log.error({ err: error }, 'an action failed unexpectedly');
      return answer(errorEnvelope(known, language, requestId), known.code);
    }
  };
}

function toApiError(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  if (isDiskFull(error)) return errors.diskFull();
  return isQueryTooSlow(error) ? errors.requestTimeout() : errors.internal(requestId);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function perform(
  call: ApiCall,
  actions: ReadonlyMap<string, AnyAction>,
  deps: DispatchDeps,
  { requestId, ...request }: CallContext,
): Promise<object> {
  const key = await authenticate(call, deps);
  if (call.version !== API_VERSION) throw errors.noSuchVersion(call.version);
  const action = actions.get(call.action);
  if (!action) throw errors.invalidAction(call.action, call.version);
  await deps.limitRate(key.secretId, action.name);
  const run = async () => {
    if (action.writes && key.role !== 'admin') throw errors.unauthorizedOperation(action.name);
    const input: unknown = parseInput(action.input, await call.readParameters());
    return action.handle(input as never, { ...deps.context, ...request, key });
  };
  return action.writes ? audited(run, { call, key, requestId, log: request.log }, deps) : run();
}

interface AuditedCall {
  readonly call: ApiCall;
  readonly key: ApiKey;
  readonly requestId: string;
  readonly log: Logger;
}

/** Runs what would change something and records who asked for it and what came of it. */
async function audited<T>(run: () => Promise<T>, audited: AuditedCall, deps: DispatchDeps): Promise<T> {
  try {
    const response = await run();
    await record('ok', audited, deps);
    return response;
  } catch (error) {
    await record(toApiError(error, audited.requestId).code, audited, deps);
    throw error;
  }
}

/** Never rejects: what has been done is done, and the log of the server tells that its record is missing. */
async function record(code: string, { call, key, requestId, log }: AuditedCall, deps: DispatchDeps): Promise<void> {
  try {
    const parameters = redact(await call.readParameters().catch(() => ({})));
    const { secretId, name: keyName } = key;
    await deps.audit.record({ at: deps.now(), secretId, keyName, action: call.action, parameters, code, requestId });
  } catch (error) {
    log.error({ err: error, key: key.secretId, code }, 'the audit log could not be written');
  }
}

async function authenticate(call: ApiCall, deps: DispatchDeps) {
  const key = await deps.keys.find(call.secretId);
  if (!key) throw errors.secretIdNotFound();
  const now = deps.now();
  if (!TIMESTAMP.test(call.timestamp)) throw errors.invalidType('Timestamp', 'integer');
  const difference = Math.abs(Math.floor(now.getTime() / 1000) - Number(call.timestamp));
  if (difference > MAX_CLOCK_DIFFERENCE_SECONDS) throw errors.signatureExpired(difference);
  if (!call.isSignedWith(key.secretKey)) throw errors.signatureFailure();
  if (!key.accepts(call.token ?? '')) throw errors.tokenFailure(key.temporary);
  await deps.keys.recordUse(key.secretId, now);
  return key;
}

/** SDKs send a trace id and show the one that comes back with an error. */
function traceHeader({ headers }: RawRequest): Readonly<Record<string, string>> {
  const traceId = headers['x-tc-traceid'];
  return traceId !== undefined && TRACE_ID.test(traceId) ? { 'x-tc-traceid': traceId } : {};
}
