import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { google as type } from '../../../src/registries/types/google.ts';
import type { VendorWorld, WorldTag } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { googleApi } from './descriptions/google-api.ts';
import { countOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 1_000;
const PROJECT = 'lab';
const LOCATION = 'europe-west1';
const TOKEN_PATH = '/token';
const EMAIL = 'scanner@lab.iam.gserviceaccount.com';
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const keyFor = (origin: string) =>
  JSON.stringify({
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: '0123456789abcdef',
    private_key: pair.privateKey,
    client_email: EMAIL,
    token_uri: `${origin}${TOKEN_PATH}`,
  });
const RIGHT = 'the key of the service account';

/**
 * https://cloud.google.com/artifact-registry/docs/reference/rest, signed in to as
 * https://developers.google.com/identity/protocols/oauth2/service-account says.
 */
export const google: Vendor = {
  name: 'google',
  described: googleApi,
  // The key names the server that gives tokens, so it is made when that is known.
  credentials: { username: '_json_key', password: RIGHT },
  nested: true,
  prefix: `${PROJECT}/`,
  showsDenied: true,
  listsAllAtOnce: true,
  signIn: {
    challenge: (url) => `Bearer realm="${url.origin}/v2/token",service="${url.host}"`,
    accepts: (authorization, generation) => authorization === `Bearer registry-${generation}`,
    answer: giveToken,
  },
  isApi: (url) => url.pathname.startsWith('/v1/'),
  failure: (status, message) => ({ error: { code: status, message, status: statuses[status] ?? 'UNKNOWN' } }),
  answer,
  least: (world) =>
    world.projects.reduce(
      // To learn that one may not be read takes a request, too.
      (sum, project) => sum + (world.denied.has(project) ? 1 : countOf(imagesOf(world, project).length, MAX_PAGE)),
      countOf(world.projects.length, MAX_PAGE),
    ),
  connect: (settings, origin, deps) =>
    type.connect(
      { ...settings, region: LOCATION, password: settings.password === RIGHT ? keyFor(origin) : settings.password },
      { allowPrivate: true },
      { ...deps, api: origin },
    ),
};

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
};
const fail = (status: number, message: string): VendorAnswer => ({ status, body: google.failure(status, message) });
const tokenOf = (generation: number) => `ya29.${generation}`;

/** Of Google for a signed claim, and of the registry for that token. */
function giveToken({ method, url, body, authorization, generation }: VendorRequest): VendorAnswer | undefined {
  if (url.pathname === '/v2/token') {
    const user = basicAuthorization({ username: 'oauth2accesstoken', password: tokenOf(generation) });
    if (authorization !== user) return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } };
    return { status: 200, body: { token: `registry-${generation}`, expires_in: 3_600 } };
  }
  if (url.pathname !== TOKEN_PATH || method !== 'POST') return undefined;
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
    return { status: 400, body: { error: 'unsupported_grant_type' } };
  if (!isSigned(form.get('assertion') ?? '', url.href))
    return { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
  return { status: 200, body: { access_token: tokenOf(generation), expires_in: 3_599, token_type: 'Bearer' } };
}

function isSigned(assertion: string, audience: string): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const { alg, kid } = parse(header);
  const { iss, aud, scope, iat, exp } = parse(claims);
  if (alg !== 'RS256' || kid !== '0123456789abcdef' || iss !== EMAIL || aud !== audience) return false;
  if (typeof scope !== 'string' || !scope.includes('/auth/cloud-platform') || Number(exp) - Number(iat) > 3_600)
    return false;
  const key = createPublicKey(pair.publicKey);
  return verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'));
}

const parse = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

function answer({ url, authorization, generation }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (authorization !== `Bearer ${tokenOf(generation)}`)
    return fail(401, 'Request had invalid authentication credentials.');
  const parent = `/v1/projects/${PROJECT}/locations/${LOCATION}/repositories`;
  if (url.pathname === parent) return page(url, 'repositories', repositoriesOf(world));
  const [, id = ''] = /^\/([a-z-]+)\/dockerImages$/.exec(url.pathname.slice(parent.length)) ?? [];
  const project = `${google.prefix}${id}`;
  if (!world.projects.includes(project)) return fail(404, 'Requested entity was not found.');
  if (world.denied.has(project))
    return fail(403, `Permission 'artifactregistry.dockerimages.list' denied on resource '${id}'`);
  return page(url, 'dockerImages', imagesOf(world, project));
}

/** Beside those with images there is what Plimsoll leaves out: packages of a language, and a view of others. */
function repositoriesOf(world: VendorWorld) {
  const of = (id: string, format: string, mode: string) => ({
    name: `projects/${PROJECT}/locations/${LOCATION}/repositories/${id}`,
    format,
    mode,
    createTime: '2026-01-01T00:00:00.123456Z',
    updateTime: '2026-01-01T00:00:00.123456Z',
    sizeBytes: '4096',
  });
  return [
    ...world.projects.map((project) => of(project.slice(PROJECT.length + 1), 'DOCKER', 'STANDARD_REPOSITORY')),
    of('all', 'DOCKER', 'VIRTUAL_REPOSITORY'),
    of('modules', 'NPM', 'STANDARD_REPOSITORY'),
  ];
}

/** An image has all its tags; one without any is listed, too. */
function imagesOf(world: VendorWorld, project: string) {
  return world.repositories
    .filter((repository) => repository.project === project)
    .flatMap((repository) => {
      const byDigest = Map.groupBy(allTags(repository), ({ digest }) => digest);
      return [...byDigest].map(([digest, tags]) => imageOf(repository.name, digest, tags));
    });
}

function imageOf(name: string, digest: string, tags: readonly WorldTag[]) {
  const [, id = '', ...image] = name.split('/');
  const resource = `projects/${PROJECT}/locations/${LOCATION}/repositories/${id}/dockerImages`;
  const uploadTime = tags[0]?.pushedAt.toISOString();
  return {
    name: `${resource}/${encodeURIComponent(image.join('/'))}@${digest}`,
    uri: `${LOCATION}-docker.pkg.dev/${name}@${digest}`,
    tags: tags.map((tag) => tag.name),
    imageSizeBytes: '4096',
    uploadTime,
    updateTime: uploadTime,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  };
}

/** Empty lists are left out, as is a token that says nothing. */
function page(url: URL, key: string, items: readonly unknown[]): VendorAnswer {
  const size = Number(url.searchParams.get('pageSize') ?? '100');
  if (size > MAX_PAGE) return fail(400, 'Page size is too large.');
  const from = Number(Buffer.from(url.searchParams.get('pageToken') ?? '', 'base64url').toString() || '0');
  const shown = items.slice(from, from + size);
  const more = from + size < items.length;
  return {
    status: 200,
    body: {
      ...(shown.length > 0 ? { [key]: shown } : {}),
      ...(more ? { nextPageToken: Buffer.from(String(from + size)).toString('base64url') } : {}),
    },
  };
}
