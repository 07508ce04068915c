import { randomUUID, sign } from 'node:crypto';
import { basicAuthorization, type Credentials } from '../../src/registries/distribution/fetch-token.ts';
import { selfSignedCertificate } from './self-signed-certificate.ts';
import { type ScriptedServer, sendJson, startScriptedServer } from './start-scripted-server.ts';

/** What a user may do with a resource such as `repository:team/app`: of `pull`, `push`, `*`. */
export type Permit = (username: string, resource: string) => readonly string[];

export interface TokenRealm extends ScriptedServer {
  readonly service: string;
  readonly issuer: string;
  /** What a registry checks tokens with, PEM. */
  readonly certificate: string;
}

const SERVICE = 'lab-registry';
const ISSUER = 'lab-realm';
const LIFETIME_SECONDS = 300;

/**
 * A token server as the distribution project describes it (https://distribution.github.io/distribution/spec/auth/jwt/),
 * with a key of its own; undefined where openssl is missing. As many do, it hands a token to everybody who signs in: one
 * that permits less than was asked for.
 */
export async function startTokenRealm(users: readonly Credentials[], permit: Permit): Promise<TokenRealm | undefined> {
  const pair = selfSignedCertificate();
  if (pair === undefined) return undefined;
  const server = await startScriptedServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://realm.invalid');
    const { authorization } = request.headers;
    const user = users.find((candidate) => basicAuthorization(candidate) === authorization);
    if (authorization !== undefined && user === undefined)
      return void sendJson(response, 401, { details: 'incorrect username or password' });
    const access = url.searchParams.getAll('scope').map((scope) => granted(scope, user?.username ?? '', permit));
    const token = createToken(pair, url.searchParams.get('service') ?? '', user?.username ?? '', access);
    sendJson(response, 200, { token, access_token: token, expires_in: LIFETIME_SECONDS });
  });
  return { ...server, service: SERVICE, issuer: ISSUER, certificate: pair.cert };
}

function granted(scope: string, username: string, permit: Permit) {
  const [type = '', ...rest] = scope.split(':');
  const actions = (rest.pop() ?? '').split(',');
  const name = rest.join(':');
  const permitted = permit(username, `${type}:${name}`);
  return { type, name, actions: actions.filter((action) => permitted.includes(action)) };
}

function createToken(
  pair: { readonly key: string; readonly cert: string },
  audience: string,
  subject: string,
  access: readonly object[],
): string {
  const now = Math.floor(Date.now() / 1_000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [pair.cert.replace(/-----[A-Z ]+-----|\s/g, '')] };
  const times = { iat: now, nbf: now - 10, exp: now + LIFETIME_SECONDS };
  const claims = { iss: ISSUER, sub: subject, aud: audience, ...times, jti: randomUUID(), access };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: pair.key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
