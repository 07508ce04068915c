import type { RegistrySettings } from '../../model/registry.ts';
import type { NetworkPolicy } from '../registry-client.ts';
import type { RequestBudget } from '../request-budget.ts';
import type { ApiAccess } from './api-access.ts';
import { askApi } from './ask-api.ts';
import { baseUrl } from './base-url.ts';
import { createAuthorizer } from './create-authorizer.ts';
import { createCredentialSource, type Login } from './create-credential-source.ts';
import { createLimiter, createPacer } from './create-limiter.ts';
import type { LoginContext } from './create-renewable.ts';
import { createTransport, type WireRequest, type WireResponse } from './create-transport.ts';
import { createWarnings } from './create-warnings.ts';
import { DistributionError } from './distribution-error.ts';
import { type Credentials, fetchToken } from './fetch-token.ts';
import { followRedirects } from './follow-redirects.ts';
import { type DistributionLimits, defaultDistributionLimits } from './limits.ts';
import { parseRateLimit } from './parse-rate-limit.ts';
import { type BodyLimits, readBody } from './read-body.ts';
import { redactUrl } from './redact-url.ts';
import { refineDenial } from './refine-denial.ts';
import { requestKind } from './request-kind.ts';
import { retry, waitBefore } from './retry.ts';
import { isSecret, secretsOf } from './secrets-of.ts';
import { system as realSystem, type System } from './system.ts';
import { isHtml, toResponseError } from './to-response-error.ts';
import { toSignInError } from './to-sign-in-error.ts';

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
  /** Of `read`: throws for an answer that is an error in disguise; one that is retryable is tried again. */
  readonly check?: (answer: Answer) => void;
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
  /** Waits as before another try after so many that failed. */
  pause(tries: number, signal: AbortSignal): Promise<void>;
  /** Absent: nobody limits what is asked of the registry. */
  readonly budget?: RequestBudget;
  /** What the registry wants people to know, once each. */
  warnings(): readonly string[];
  /** Adds one of our own about what is being listed; `forgetWarnings` drops those when another list begins. */
  warn(text: string): void;
  forgetWarnings(): void;
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
  readonly now?: () => number;
  /** Absent: the settings hold the user name and the password. */
  readonly login?: Login;
}

/** @throws AppError `connection-failed` when the URL is none */
export function openSession(settings: RegistrySettings, policy: NetworkPolicy, deps: SessionDeps = {}): Session {
  const system = { ...(deps.system ?? realSystem), ...(deps.now ? { now: deps.now } : {}) };
  const limits = { ...defaultDistributionLimits, ...deps.limits };
  const { budget } = deps;
  const base = baseUrl(settings.url);
  const transport = createTransport({ insecure: settings.insecure, policy, limits }, system);
  const limiter = createLimiter(limits.concurrency);
  const pacer = createPacer(settings.speedLimit, system);
  const secrets = [...secretsOf(settings)];
  const credentials = deps.login
    ? createCredentialSource(deps.login, loginContext, learnt)
    : { get: async () => settings };
  const authorizer = createAuthorizer(credentials, base.host, getToken, system);

  const apiOrigins = new Set<string>();

  const warnings = createWarnings(secrets);
  const paced = {
    async send(request: WireRequest, signal: AbortSignal) {
      const own = request.url.origin === base.origin;
      const kind = requestKind(request);
      if (own || apiOrigins.has(request.url.origin)) await budget?.take(kind, signal);
      await pacer.wait(signal);
      const response = await transport.send(request, signal);
      // Another server's limits are none of the registry's.
      if (!own) return response;
      warnings.heard(response.header('warning') ?? '');
      const told = budget && parseRateLimit((name) => response.header(name), system.now());
      if (told) budget.told(kind, told);
      return response;
    },
    close: transport.close,
  };

  function loginContext(): LoginContext {
    return { now: system.now(), ask: askForToken };
  }

  function learnt(obtained: Credentials): void {
    secrets.push(...secretsOf(obtained));
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
      const received = (bytes: number) => budget?.received(bytes);
      const body = await readBody(response, { ...bodyLimits(maxBytes), received }, signal);
      asked.check?.({ response, body });
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
    const { response, sent } = await askApi(paced, toWireRequest(asked), access, loginContext(), signal);
    return settle(response, asked, Object.values(sent), signal);
  }

  async function askForToken(
    request: WireRequest,
    signal: AbortSignal,
    accept: readonly number[] = [200],
  ): Promise<Answer> {
    const response = await paced.send(request, signal);
    if (!accept.includes(response.status)) throw await refusedToken(response, Object.values(request.headers), signal);
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
    return followRedirects(paced, { ...request, headers }, redirectsOf(asked), signal);
  }

  /** A body would be sent along, to anywhere. */
  const redirectsOf = ({ method }: Pick<WireRequest, 'method'>) => (method === 'POST' ? 0 : limits.redirects);

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
      const response = await followRedirects(paced, request, redirectsOf(request), signal);
      if (response.status === 200) return response;
      throw await refusedToken(response, [], signal);
    };
    const context = { registry: base, allowPrivate: policy.allowPrivate, answer: bodyLimits(limits.tokenBytes), send };
    const known = await credentials.get(signal);
    try {
      return await fetchToken(asked, known, context, signal);
    } catch (error) {
      if (!(error instanceof DistributionError) || error.status !== 401) throw error;
      const renewed = await credentials.get(signal, known);
      if (renewed === known) throw error;
      return fetchToken(asked, renewed, context, signal);
    }
  }

  async function refusedToken(response: WireResponse, sent: readonly string[], signal: AbortSignal) {
    return toSignInError(await toResponseError(response, errorContext(sent), signal), base);
  }

  function bodyLimits(bytes: number): BodyLimits {
    return { bytes, milliseconds: limits.answerTimeout };
  }

  function errorContext(sent: readonly string[]) {
    const tokens = sent.map((value) => value.split(' ').at(-1) ?? '');
    return {
      secrets: [...secrets, ...tokens.filter(isSecret)],
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
    pause: (tries, signal) => system.sleep(waitBefore(tries, undefined, system.random()), signal),
    warnings: warnings.list,
    warn: warnings.add,
    forgetWarnings: warnings.forget,
    close: transport.close,
  };
}

const listOf = (sent: string | undefined): readonly string[] => (sent === undefined ? [] : [sent]);

function toWireRequest({ method, url, headers = {}, body }: SessionRequest): WireRequest {
  return { method, url, headers, ...(body === undefined ? {} : { body }) };
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
