import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import type { Login } from '../distribution/create-credential-source.ts';
import type { Lease, LoginContext } from '../distribution/create-renewable.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { bearerAccess } from '../vendor/bearer-access.ts';
import { tokenAccess } from '../vendor/token-access.ts';
import { type GoogleKey, parseGoogleKey } from './parse-google-key.ts';
import { signGoogleClaim } from './sign-google-claim.ts';

/** How an account of Google signs in to the API, and to the registry. */
export interface GoogleSignIn {
  readonly access: ApiAccess;
  /** Absent: user name and password are used as they are. */
  readonly login?: Login;
  /** The project of a service account. */
  readonly project?: string;
}

/** The user name that stands for an access token: https://cloud.google.com/artifact-registry/docs/docker/authentication */
const TOKEN_USER = 'oauth2accesstoken';
const KEY_USERS = ['_json_key', '_json_key_base64'];
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const DEFAULT_LIFETIME_SECONDS = 3_600;
const MAX_LIFETIME_SECONDS = 12 * 3_600;

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });
const Refused = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * An access token as the password, or the key of a service account, which is sent nowhere: it signs for tokens of an hour.
 * Undefined for other accounts, who have no place in the API.
 */
export function createGoogleSignIn(settings: RegistrySettings, origin: string): GoogleSignIn | undefined {
  const { username, password } = settings;
  if (username === TOKEN_USER) return { access: bearerAccess(origin, password) };
  if (!KEY_USERS.includes(username)) return undefined;
  const key = parseGoogleKey(password);
  const token = async (context: LoginContext, signal: AbortSignal) => {
    if (key === undefined) throw noKey(username);
    return fetchToken(key, context, signal);
  };
  return {
    access: tokenAccess(origin, async (context, signal) => {
      const { value, expiresAt } = await token(context, signal);
      return { value, usableUntil: expiresAt - 60_000 };
    }),
    login: async (context, signal) => {
      const { value, expiresAt } = await token(context, signal);
      return { value: { username: TOKEN_USER, password: value }, expiresAt };
    },
    ...(key?.project === undefined ? {} : { project: key.project }),
  };
}

async function fetchToken(key: GoogleKey, { now, ask }: LoginContext, signal: AbortSignal): Promise<Lease<string>> {
  const body = new URLSearchParams({ grant_type: GRANT, assertion: signGoogleClaim(key, now) }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const request = { method: 'POST' as const, url: key.tokenUrl, headers, body };
  const { response, body: answer } = await ask(request, signal, [200, 400, 401]);
  if (response.status !== 200) throw refused(key, parseAnswer(response, answer, Refused).error);
  const { access_token, expires_in = DEFAULT_LIFETIME_SECONDS } = parseAnswer(response, answer, Granted);
  return { value: access_token, expiresAt: now + Math.min(expires_in, MAX_LIFETIME_SECONDS) * 1_000 };
}

function noKey(username: string): AppError {
  const message = `The password of the user ${username} is not the key of a service account. Set the whole JSON that Google made for it as the password.`;
  return new AppError('authentication-failed', message);
}

/** @param error a code of RFC 6749, such as `invalid_grant` */
function refused({ email, tokenUrl }: GoogleKey, error: string): AppError {
  const code = /^[a-z_]{1,40}$/.test(error) ? error : 'an error';
  const message = `${tokenUrl.host} gives ${email} no token (${code}). Check that the key has not been deleted, the account is not disabled, and the clock of this machine is right.`;
  return new AppError('authentication-failed', message);
}
