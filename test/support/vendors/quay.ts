import { quay as type } from '../../../src/registries/types/quay.ts';
import type { VendorWorld, WorldTag } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { quayApi } from './descriptions/quay-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const REPOSITORIES_PER_PAGE = 100;
const MAX_PAGE = 100;
const credentials = { username: '$oauthtoken', password: 'an-oauth-token-of-quay' };
const ROUTE = /^\/api\/v1\/repository\/(.+)\/tag\/$/;

/** https://github.com/quay/quay/tree/master/endpoints/api */
export const quay: Vendor = {
  name: 'quay',
  described: quayApi,
  credentials,
  signIn: { realm: '/v2/auth' },
  nested: true,
  // An organization of which the account is no member is none of its own.
  showsDenied: false,
  isApi: (url) => url.pathname.startsWith('/api/v1/'),
  failure: (status, detail) => {
    const error_type = errorTypes[status] ?? 'invalid_request';
    const type = `https://quay.example/api/v1/error/${error_type}`;
    return { status, detail, error_message: detail, error_type, title: error_type, type };
  },
  answer,
  least: (world) => {
    const repositories = visible(world).map((project) =>
      countOf(inProject(world, project).length, REPOSITORIES_PER_PAGE),
    );
    const tags = visible(world).flatMap((project) =>
      inProject(world, project).map((repository) => countOf(allTags(repository).length, MAX_PAGE)),
    );
    // Who one is, one's own namespace, which holds nothing, and then the organizations.
    return [1, 1, ...repositories, ...tags].reduce((sum, count) => sum + count, 0);
  },
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const errorTypes: Readonly<Record<number, string>> = {
  401: 'invalid_token',
  403: 'insufficient_scope',
  404: 'not_found',
};
const avatarOf = (name: string) => ({ name, hash: '0'.repeat(64), color: '#1f77b4', kind: 'org' });
const visible = (world: VendorWorld) => world.projects.filter((project) => !world.denied.has(project));
const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => each.project === project);
const fail = (status: number, message: string): VendorAnswer => ({ status, body: quay.failure(status, message) });

function answer({ url, authorization }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (authorization !== `Bearer ${credentials.password}`) return fail(401, 'Requires authentication');
  if (url.pathname === '/api/v1/user/') {
    const organizations = visible(world).map((name) => ({
      name,
      avatar: avatarOf(name),
      can_create_repo: false,
      public: false,
    }));
    const user = { anonymous: false, username: 'somebody', avatar: avatarOf('somebody'), organizations };
    return { status: 200, body: user };
  }
  if (url.pathname === '/api/v1/repository') return repositories(url, world);
  const name = ROUTE.exec(url.pathname)?.[1];
  if (name === undefined) return undefined;
  const repository = world.repositories.find((each) => each.name === decodeURIComponent(name));
  if (repository !== undefined && world.denied.has(repository.project)) return fail(403, 'Unauthorized');
  return repository === undefined ? fail(404, 'Not Found') : tags(url, allTags(repository).toReversed());
}

function repositories(url: URL, world: VendorWorld): VendorAnswer {
  const namespace = url.searchParams.get('namespace');
  if (namespace === null) return fail(400, 'namespace, starred or public are required for this API call');
  const token = url.searchParams.get('next_page');
  const number = token === null ? 1 : Number(Buffer.from(token, 'base64url').toString());
  const { shown, more } = pagesOf(inProject(world, namespace), number, REPOSITORIES_PER_PAGE);
  const names = shown.map(({ name }) => ({
    namespace,
    name: name.slice(namespace.length + 1),
    description: null,
    is_public: false,
    kind: 'image',
    state: 'NORMAL',
    quota: null,
  }));
  const next = more ? { next_page: Buffer.from(String(number + 1)).toString('base64url') } : {};
  return { status: 200, body: { repositories: names, ...next } };
}

/** Newest first. */
function tags(url: URL, all: readonly WorldTag[]): VendorAnswer {
  const size = Math.min(MAX_PAGE, Number(url.searchParams.get('limit') ?? '50'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const alive = all.map(({ name, digest, pushedAt }) => tagOf(name, digest, pushedAt));
  // Quay keeps dead tags for its time machine, and lists them unless told otherwise.
  const dead = {
    ...tagOf('dead', all[0]?.digest ?? '', new Date(0)),
    end_ts: 1_700_000_000,
    expiration: 'Tue, 14 Nov 2023 22:13:20 -0000',
  };
  const listed = url.searchParams.get('onlyActiveTags') === 'true' ? alive : [...alive, dead];
  const { shown, more } = pagesOf(listed, number, size);
  return { status: 200, body: { tags: shown, page: number, has_additional: more } };
}

function tagOf(name: string, digest: string, pushedAt: Date) {
  const seconds = pushedAt.getTime() / 1_000;
  const size = 10_240;
  const last_modified = pushedAt.toUTCString().replace('GMT', '-0000');
  return {
    name,
    reversion: false,
    start_ts: seconds,
    last_modified,
    manifest_digest: digest,
    is_manifest_list: false,
    size,
  };
}
