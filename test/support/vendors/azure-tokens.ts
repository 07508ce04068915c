import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import type { VendorAnswer, VendorRequest } from './vendor.ts';

/** Of a service principal. */
export const azureCredentials = {
  username: '3f9c4a10-1111-4222-8333-944445555666',
  password: 'secret-of-a-service-principal',
};
const TAGS = /^\/acr\/v1\/(.+)\/_tags$/;

const TENANT = '72f988bf-0000-4000-8000-2d7cd011db47';
const FAR = 4_000_000_000;
const jwt = (claims: object) =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
/** Of Microsoft Entra, which the registry exchanges for a refresh token of its own. */
export const entraToken = jwt({ iss: `https://sts.windows.net/${TENANT}/`, tid: TENANT, exp: FAR });
const refreshToken = jwt({ iss: 'Azure Container Registry', exp: FAR });

/** The repository whose tags a path lists, its slashes as they are or encoded, as Azure's SDK sends them. */
export function azureNameOf(path: string): string | undefined {
  const name = TAGS.exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** What a path needs: the catalog, the metadata of a repository, or its content. */
export function azureScopeOf(path: string): string {
  if (path.endsWith('/_catalog')) return 'registry:catalog:*';
  const tagged = azureNameOf(path);
  if (tagged !== undefined) return `repository:${tagged}:metadata_read`;
  const [, name] = /^\/v2\/(.+)\/(?:tags\/list|manifests\/[^/]+|blobs\/[^/]+)$/.exec(path) ?? [];
  return name === undefined ? '' : `repository:${name}:pull`;
}

export const azureTokenFor = (scope: string, generation: number) =>
  `Bearer acr-${generation}-${Buffer.from(scope).toString('base64url')}`;

const unauthorized: VendorAnswer = {
  status: 401,
  body: { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] },
};
// They last 75 minutes; the answer does not say so.
const granted = (scope: string, generation: number): VendorAnswer => ({
  status: 200,
  body: { access_token: azureTokenFor(scope, generation).replace('Bearer ', '') },
});

/** For a user and a password, or for a token: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export function giveAzureToken(request: VendorRequest): VendorAnswer | undefined {
  const { url, method, authorization, generation } = request;
  const form = new URLSearchParams(method === 'POST' ? request.body : '');
  const service = method === 'POST' ? form.get('service') : url.searchParams.get('service');
  if (url.pathname === '/oauth2/exchange') {
    const isTenant = [null, TENANT].includes(form.get('tenant'));
    const isRight = form.get('access_token') === entraToken && isTenant && service === url.host;
    return isRight ? { status: 200, body: { refresh_token: refreshToken } } : unauthorized;
  }
  if (url.pathname !== '/oauth2/token') return undefined;
  if (service !== url.host) return { status: 400, body: { errors: [{ code: 'UNSUPPORTED', message: 'service' }] } };
  if (method === 'POST')
    return form.get('refresh_token') === refreshToken ? granted(form.get('scope') ?? '', generation) : unauthorized;
  const isRight = authorization === basicAuthorization(azureCredentials);
  return isRight ? granted(url.searchParams.getAll('scope').join(' '), generation) : unauthorized;
}
