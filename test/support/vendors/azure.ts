import { azure as type } from '../../../src/registries/types/azure.ts';
import { readable, type VendorWorld, type WorldRepository } from '../vendor-world.ts';
import { azureCredentials, azureNameOf, azureScopeOf, azureTokenFor, giveAzureToken } from './azure-tokens.ts';
import { companionTags } from './companion-tags.ts';
import { azureApi } from './descriptions/azure-api.ts';
import { countOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 1_000;

/** https://learn.microsoft.com/rest/api/containerregistry, with tokens as https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
export const azure: Vendor = {
  name: 'azure',
  described: azureApi,
  credentials: azureCredentials,
  nested: true,
  showsDenied: false,
  signIn: {
    challenge: (url) =>
      `Bearer realm="${url.origin}/oauth2/token",service="${url.host}"${withScope(azureScopeOf(url.pathname))}`,
    accepts: (authorization, generation, url) =>
      authorization === azureTokenFor(azureScopeOf(url.pathname), generation),
    answer: giveAzureToken,
  },
  isApi: (url) => url.pathname.startsWith('/acr/v1/'),
  failure: (status, message) => ({ errors: [{ code: codes[status] ?? 'UNKNOWN', message }] }),
  answer,
  least: (world) =>
    readable(world).reduce(
      (sum, each) => sum + countOf(tagsOf(each).length, MAX_PAGE),
      countOf(readable(world).length, MAX_PAGE),
    ),
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const codes: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NAME_UNKNOWN',
  429: 'TOOMANYREQUESTS',
};
const fail = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): VendorAnswer => ({
  status,
  body: azure.failure(status, message),
  headers,
});

/** /v2/ itself needs none, and none is named there. */
const withScope = (scope: string) => (scope === '' ? '' : `,scope="${scope}"`);

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer {
  const { url, authorization, generation } = request;
  const scope = azureScopeOf(url.pathname);
  if (authorization !== azureTokenFor(scope, generation)) {
    const header = `Bearer realm="${url.origin}/oauth2/token",service="${url.host}",scope="${scope}"`;
    return fail(401, 'authentication required', { 'www-authenticate': header });
  }
  const names = readable(world).map(({ name }) => name);
  if (url.pathname === '/acr/v1/_catalog') return page(url, 'repositories', names, (name) => name);
  const name = azureNameOf(url.pathname);
  const repository = world.repositories.find((each) => each.name === name);
  if (repository === undefined) return fail(404, 'repository name not known to registry');
  if (world.denied.has(repository.project)) return fail(403, 'requested access to the resource is denied');
  const { status, body, headers } = page(url, 'tags', tagsOf(repository), (tag) => tag.name);
  return { status, body: { registry: url.host, imageName: name, ...(body as object) }, headers: headers ?? {} };
}

const tagsOf = (repository: WorldRepository) =>
  [...repository.tags, ...companionTags(repository)].map(({ name, digest, pushedAt }) => ({
    name,
    digest,
    createdTime: pushedAt.toISOString(),
    lastUpdateTime: pushedAt.toISOString().replace('Z', '0536Z'),
    signed: false,
    changeableAttributes: { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true },
  }));

/** In the order of names; the next page begins after the last one. */
function page<T>(url: URL, key: string, items: readonly T[], nameOf: (item: T) => string): VendorAnswer {
  const size = Number(url.searchParams.get('n') ?? '100');
  if (size > MAX_PAGE) return fail(400, 'n');
  const last = url.searchParams.get('last') ?? '';
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).filter((item) => nameOf(item) > last);
  const shown = sorted.slice(0, size);
  const end = shown.at(-1);
  const link = `<${url.pathname}?last=${encodeURIComponent(end === undefined ? '' : nameOf(end))}&n=${size}&orderby=>; rel="next"`;
  return { status: 200, body: { [key]: shown }, ...(sorted.length > size ? { headers: { link } } : {}) };
}
