import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { WireRequest, WireResponse } from './create-transport.ts';
import { DistributionError } from './distribution-error.ts';
import { type BodyLimits, parseAnswer, readBody } from './read-body.ts';
import { redactUrl } from './redact-url.ts';

export interface Credentials {
  /** '' = anonymous. */
  readonly username: string;
  readonly password: string;
  /** Stands for both where a token is asked for: https://distribution.github.io/distribution/spec/auth/oauth/ */
  readonly identityToken?: string;
}

/** Where and for what a Bearer token is asked. */
export interface TokenRequest {
  readonly realm: string;
  readonly service: string | undefined;
  /** Separated by spaces, '' = none. */
  readonly scope: string;
}

export interface Token {
  readonly value: string;
  /** Seconds from when it was asked for. */
  readonly lifetime: number;
}

/** The token protocol's default: https://distribution.github.io/distribution/spec/auth/token/ */
const DEFAULT_LIFETIME = 60;
const MAX_LIFETIME = 24 * 60 * 60;
const HEADER_SAFE = /^[\x21-\x7e]{1,65536}$/;

const TokenAnswer = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  expires_in: z.coerce.number().catch(DEFAULT_LIFETIME),
});

/**
 * Asks a token server for a token.
 * @param send performs one request with redirects and throws for every status but 200
 * @throws AppError `authentication-failed`, `permission-denied` and what the network throws
 */
export async function fetchToken(
  request: TokenRequest,
  credentials: Credentials,
  context: {
    readonly registry: URL;
    readonly allowPrivate: boolean;
    readonly answer: BodyLimits;
    send(request: WireRequest, signal: AbortSignal): Promise<WireResponse>;
  },
  signal: AbortSignal,
): Promise<Token> {
  const asked = credentials.identityToken === undefined ? byPassword : byIdentityToken;
  const wire = asked(request, credentials, context);
  const { url } = wire;
  const response = await context.send(wire, signal);
  const body = await readBody(response, context.answer, signal);
  const answer = parseAnswer(response, body, TokenAnswer);
  const value = answer.token || answer.access_token || '';
  if (!HEADER_SAFE.test(value)) {
    const message = `The token server ${redactUrl(url)} answered without a usable token.`;
    throw new DistributionError('registry-error', message, {
      method: wire.method,
      url: redactUrl(url),
      status: response.status,
    });
  }
  const lifetime = answer.expires_in > 0 ? Math.min(answer.expires_in, MAX_LIFETIME) : DEFAULT_LIFETIME;
  return { value, lifetime };
}

interface RealmContext {
  readonly registry: URL;
  readonly allowPrivate: boolean;
}

function byPassword(
  request: TokenRequest,
  credentials: Credentials,
  { registry, allowPrivate }: RealmContext,
): WireRequest {
  const url = realmUrl(request, registry);
  if (request.service !== undefined) url.searchParams.set('service', request.service);
  for (const scope of scopesOf(request)) url.searchParams.append('scope', scope);
  if (credentials.username === '') return { method: 'GET', url, headers: { accept: 'application/json' } };
  assertMaySendCredentials(url, registry, allowPrivate);
  const authorization = basicAuthorization(credentials);
  return { method: 'GET', url, headers: { accept: 'application/json', authorization } };
}

function byIdentityToken(
  request: TokenRequest,
  { identityToken = '' }: Credentials,
  { registry, allowPrivate }: RealmContext,
): WireRequest {
  const url = realmUrl(request, registry);
  assertMaySendCredentials(url, registry, allowPrivate);
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'plimsoll',
    refresh_token: identityToken,
  });
  if (request.service !== undefined) form.set('service', request.service);
  form.set('scope', scopesOf(request).join(' '));
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url, headers, body: form.toString() };
}

const scopesOf = ({ scope }: TokenRequest) => scope.split(' ').filter((each) => each !== '');

/** https://www.rfc-editor.org/rfc/rfc7617, UTF-8 */
export function basicAuthorization(credentials: Credentials): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`;
}

function realmUrl(request: TokenRequest, registry: URL): URL {
  const url = URL.parse(request.realm, registry.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError('registry-error', `${registry.host} names a token server that is not a web address.`);
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url;
}

/** The password goes over https only, unless the registry itself is spoken to in plain http on a network we trust. */
function assertMaySendCredentials(realm: URL, registry: URL, allowPrivate: boolean): void {
  if (realm.protocol === 'https:') return;
  const sameHost = realm.hostname === registry.hostname;
  if (registry.protocol === 'http:' && (sameHost || allowPrivate)) return;
  throw new AppError(
    'authentication-failed',
    `The registry ${registry.host} sends passwords to ${redactUrl(realm)}, which is not encrypted. Give its token server an https address.`,
  );
}
