import { z } from 'zod';
import type { RegistrySettings } from '../../model/registry.ts';
import { baseUrl } from '../distribution/base-url.ts';
import type { Login } from '../distribution/create-credential-source.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import { readJwt } from './read-jwt.ts';

/** The user name that stands for a token: https://learn.microsoft.com/azure/container-registry/container-registry-authentication */
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

// Azure's refresh tokens say nothing else that we could rely on: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
const REFRESH_LIFETIME_MS = 3 * 3_600_000;
const ACR_ISSUER = 'Azure Container Registry';

const Exchanged = z.object({ refresh_token: z.string().min(1) });

/**
 * Signs in with a token in the place of a password: a refresh token of the registry as it is, or an access token of Microsoft
 * Entra, exchanged for one. Undefined for other accounts (admin, service principal, token of a scope map), who have a password.
 */
export function createAcrLogin(settings: RegistrySettings): Login | undefined {
  if (settings.username !== TOKEN_USER) return undefined;
  const { password: token, username } = settings;
  const claims = readJwt(token);
  const credentials = (identityToken: string) => ({ username, password: identityToken, identityToken });
  if (claims === undefined || claims.iss === ACR_ISSUER)
    return async ({ now }) => ({ value: credentials(token), expiresAt: expiryOf(token, now) });
  return async ({ now, ask }, signal) => {
    const base = baseUrl(settings.url);
    const form = new URLSearchParams({ grant_type: 'access_token', service: base.host, access_token: token });
    if (claims.tid !== undefined) form.set('tenant', claims.tid);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const url = new URL('/oauth2/exchange', base);
    const answer = await ask({ method: 'POST', url, headers, body: form.toString() }, signal);
    const { refresh_token } = parseAnswer(answer.response, answer.body, Exchanged);
    return { value: credentials(refresh_token), expiresAt: expiryOf(refresh_token, now) };
  };
}

function expiryOf(token: string, now: number): number {
  const exp = readJwt(token)?.exp;
  return exp === undefined ? now + REFRESH_LIFETIME_MS : exp * 1_000;
}
