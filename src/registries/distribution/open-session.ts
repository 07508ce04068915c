import type { RegistrySettings } from '../../model/registry.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import type { RequestBudget, RequestKind } from '../request-budget.ts';
import type { ApiAccess } from './api-access.ts';
import { askApi } from './ask-api.ts';
import { baseUrl } from './base-url.ts';
import { cleanText } from './clean-text.ts';
import { createAuthorizer } from './create-authorizer.ts';
import { createLimiter, createPacer } from './create-limiter.ts';
import { createTransport, type WireRequest, type WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { basicAuthorization, fetchToken } from './fetch-token.ts';
import { followRedirects } from './follow-redirects.ts';
import { type DistributionLimits, defaultDistributionLimits } from './limits.ts';
import { parseRateLimit } from './parse-rate-limit.ts';
import { parseWarnings } from './parse-warnings.ts';
import { type BodyLimits, readBody } from './read-body.ts';
import { redactUrl } from './redact-url.ts';
import { retry } from './retry.ts';
import { system as realSystem, type System } from './system.ts';
import { isHtml, isRetryableStatus, toResponseError } from './to-response-error.ts';

export interface SessionRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Must lie on the registry's origin, or on that of `access`. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a POST: sent again with every try, so it must do nothing but ask. */
  readonly body?: string;
  /** For an API of the type's own; then `scope` means nothing, and no redirect is followed. */
  readonly access?: ApiAccess;
  /** Token scope, such as `repository:team/app:pull`; '' = none. */
  readonly scope: string;
  /** Statuses that are an answer; every other one is thrown. Default 200. */
  readonly accept?: readonly number[];
}

/** One registry, signed in on demand, with our manners towards it: limits, pace, retries. */
export interface Session {
  /** URL under the registry's base: `url('v2/_catalog')`. */
  url(path: string): URL;
  readonly limits: DistributionLimits;
  /** For large bodies; the body must be read to its end or destroyed: it holds one of the registry's places. */
  open(request: SessionRequest, signal: AbortSignal): Promise<WireResponse>;
  /** For small bodies; one that breaks off is asked for again. `limit-exceeded` beyond `maxBytes`. */
  read(request: SessionRequest, maxBytes: number, signal: AbortSignal): Promise<Answer>;
  /** Absent: nobody limits what is asked of the registry. */
  readonly budget?: RequestBudget;
  /** What the registry wants people to know, once each; at most `MAX_WARNINGS`. */
  warnings(): readonly string[];
  /** Adds one of our own to them. */
  warn(text: string): void;
  close(): Promise<void>;
}

export interface Answer {
  readonly response: WireResponse;
  readonly body: Uint8Array;
}

export interface SessionDeps {
  readonly system?: System;
  readonly limits?: Partial<DistributionLimits>;
  readonly budget?: RequestBudget;
}

// A shorter secret would blot out ordinary words of a registry's message.
const MIN_REDACTED = 4;
const MAX_WARNINGS = 10;

/** @throws AppError `connection-failed` when the URL is none */
export function openSession(settings: RegistrySettings, policy: NetworkPolicy, deps: SessionDeps = {}): Session {
  const system = deps.system ?? realSystem;
  const limits = { ...defaultDistributionLimits, ...deps.limits };
  const { budget } = deps;
  const base = baseUrl(settings.url);
  const transport = createTransport({ insecure: settings.insecure, policy, limits }, system);
  const limiter = createLimiter(limits.concurrency);
  const pacer = createPacer(settings.speedLimit, system);
  const secrets = [settings.password, basicAuthorization(settings).slice('Basic '.length)].filter(
    (secret) => secret.length >= MIN_REDACTED,
  );
  const authorizer = createAuthorizer(settings, base.host, getToken, system);

  const apiOrigins = new Set<string>();

  const paced = {
    async send(request: WireRequest, signal: AbortSignal) {
      const own = request.url.origin === base.origin;
      const kind = kindOf(request);
      if (own || apiOrigins.has(request.url.origin)) await budget?.take(kind, signal);
      await pacer.wait(signal);
      const response = await transport.send(request, signal);
      // Another server's limits are none of the registry's.
      if (!own) return response;
      noteWarnings(response);
      const told = budget && parseRateLimit((name) => response.header(name), system.now());
      if (told) budget.told(kind, told);
      return response;
    },
    close: transport.close,
  };

  const warnings = new Set<string>();
  function noteWarnings(response: WireResponse): void {
    for (const warning of parseWarnings(response.header('warning') ?? '')) warn(warning);
  }

  function warn(text: string): void {
    if (warnings.size < MAX_WARNINGS) warnings.add(cleanText(text, secrets));
  }

  async function open(asked: SessionRequest, signal: AbortSignal): Promise<WireResponse> {
    assertOrigin(asked, base);
    const release = await limiter.acquire(signal);
    try {
      const response = await retry(() => attempt(asked, signal), limits, system, signal);
      response.body.once('close', release);
      if (response.body.closed) release();
      return response;
    } catch (error) {
      release();
      throw error;
    }
  }

  async function read(asked: SessionRequest, maxBytes: number, signal: AbortSignal): Promise<Answer> {
    assertOrigin(asked, base);
    const release = await limiter.acquire(signal);
    const attemptWithBody = async () => {
      const response = await attempt(asked, signal);
      const body = await readBody(response, bodyLimits(maxBytes), signal);
      budget?.received(body.byteLength);
      return { response, body };
    };
    try {
      return await retry(attemptWithBody, limits, system, signal);
    } finally {
      release();
    }
  }

  async function attempt(asked: SessionRequest, signal: AbortSignal): Promise<WireResponse> {
    try {
      return asked.access ? await signInToApi(asked, asked.access, signal) : await signIn(asked, signal);
    } catch (error) {
      const wait = error instanceof DistributionError ? error.retryAfterMs : undefined;
      if (wait !== undefined && wait <= limits.waitBudget) pacer.hold(wait);
      if (asked.access?.origin === base.origin || asked.access === undefined) noteClosed(error);
      throw error;
    }
  }

  function noteClosed(error: unknown): void {
    if (error instanceof DistributionError && error.code === 'rate-limited' && error.retryAt)
      budget?.closed(error.retryAt);
  }

  async function signInToApi(asked: SessionRequest, access: ApiAccess, signal: AbortSignal): Promise<WireResponse> {
    apiOrigins.add(access.origin);
    const context = { now: system.now(), ask: askForToken };
    const { response, sent } = await askApi(paced, toWireRequest(asked), access, context, signal);
    return settle(response, asked, Object.values(sent), signal);
  }

  async function askForToken(request: WireRequest, signal: AbortSignal): Promise<Answer> {
    const response = await paced.send(request, signal);
    if (response.status !== 200) throw await refusedToken(response, Object.values(request.headers), signal);
    return { response, body: await readBody(response, bodyLimits(limits.tokenBytes), signal) };
  }

  async function signIn(asked: SessionRequest, signal: AbortSignal): Promise<WireResponse> {
    const sent = await authorizer.current(asked.scope, signal);
    const response = await sendOnce(asked, sent, signal);
    const header = response.header('www-authenticate');
    if (response.status !== 401 || header === undefined) return settle(response, asked, listOf(sent), signal);
    if (response.url.origin !== base.origin) throw await challengedElsewhere(response, signal);
    await toResponseError(response, errorContext(listOf(sent)), signal);
    const renewed = await authorizer.answer(asked.scope, header, sent, signal);
    return settle(await sendOnce(asked, renewed, signal), asked, [renewed], signal);
  }

  function sendOnce(asked: SessionRequest, authorization: string | undefined, signal: AbortSignal) {
    const request = toWireRequest(asked);
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
    return followRedirects(paced, { ...request, headers }, asked.method === 'POST' ? 0 : limits.redirects, signal);
  }

  async function settle(
    response: WireResponse,
    asked: SessionRequest,
    sent: readonly string[],
    signal: AbortSignal,
  ): Promise<WireResponse> {
    const accepted = (asked.accept ?? [200]).includes(response.status);
    if (accepted && !(response.status === 200 && isHtml(response))) return response;
    const error = await toResponseError(response, errorContext(sent), signal);
    throw refineDenial(error, response, settings.username);
  }

  /** A challenge from another origin is not ours to answer: typically http that leads to https. */
  async function challengedElsewhere(response: WireResponse, signal: AbortSignal): Promise<DistributionError> {
    const { origin } = response.url;
    const error = await toResponseError(response, errorContext([]), signal);
    const message = `${base.origin} redirects to ${origin}, which asks for credentials. They are sent to the configured address only; if you trust ${origin}, use it as the address of the registry.`;
    return new DistributionError('authentication-failed', message, { ...error, status: 401, cause: error });
  }

  /** Runs inside the place of the request that needs the token. */
  async function getToken(asked: Parameters<typeof fetchToken>[0], signal: AbortSignal) {
    const send = async (request: WireRequest) => {
      const response = await followRedirects(paced, request, limits.redirects, signal);
      if (response.status === 200) return response;
      throw await refusedToken(response, [], signal);
    };
    return fetchToken(
      asked,
      settings,
      { registry: base, allowPrivate: policy.allowPrivate, answer: bodyLimits(limits.tokenBytes), send },
      signal,
    );
  }

  async function refusedToken(response: WireResponse, sent: readonly string[], signal: AbortSignal) {
    const error = await toResponseError(response, errorContext(sent), signal);
    return isRetryableStatus(response.status) ? error : tokenRefused(error, base);
  }

  function bodyLimits(bytes: number): BodyLimits {
    return { bytes, milliseconds: limits.answerTimeout };
  }

  function errorContext(sent: readonly string[]) {
    const tokens = sent.map((value) => value.split(' ').at(-1) ?? '');
    return {
      secrets: [...secrets, ...tokens.filter((token) => token.length >= MIN_REDACTED)],
      body: bodyLimits(limits.errorBytes),
      now: system.now(),
    };
  }

  return {
    url: (path) => new URL(path, base),
    limits,
    ...(budget ? { budget } : {}),
    open,
    read,
    warnings: () => [...warnings],
    warn,
    close: transport.close,
  };
}

const listOf = (sent: string | undefined): readonly string[] => (sent === undefined ? [] : [sent]);

function toWireRequest({ method, url, headers = {}, body }: SessionRequest): WireRequest {
  return { method, url, headers, ...(body === undefined ? {} : { body }) };
}

const MANIFEST = /\/manifests\/[^/]+$/;
const BLOB = /\/blobs\/[^/]+$/;

function kindOf({ method, url }: WireRequest): RequestKind {
  if (method === 'HEAD') return 'head';
  if (MANIFEST.test(url.pathname)) return 'manifest';
  return BLOB.test(url.pathname) ? 'blob' : 'list';
}

function assertOrigin({ url, method, access }: SessionRequest, base: URL): void {
  const home = access?.origin ?? base.origin;
  if (url.origin === home) return;
  throw new DistributionError(
    'registry-error',
    `${redactUrl(url)} is not on ${new URL(home).host}, so it is not asked with its credentials.`,
    { method, url: redactUrl(url) },
  );
}

/** A 401 after a token was handed out means "you, but not this"; anonymous visitors are told to sign in instead. */
function refineDenial(error: DistributionError, response: WireResponse, username: string): DistributionError {
  const challenge = response.header('www-authenticate') ?? '';
  const denied = challenge.includes('insufficient_scope') || error.codes.some(({ code }) => code === 'DENIED');
  if (error.status !== 401 || username === '' || !denied) return error;
  return new DistributionError('permission-denied', error.message, { ...error, status: 401, cause: error });
}

function tokenRefused(error: DistributionError, base: URL): DistributionError {
  const code =
    error.code === 'image-not-found' || error.code === 'registry-error' ? 'authentication-failed' : error.code;
  return new DistributionError(code, `Signing in to ${base.host} failed: ${error.message}`, {
    method: error.method,
    url: error.url,
    codes: error.codes,
    cause: error,
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}
