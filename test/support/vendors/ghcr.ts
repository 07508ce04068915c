import { ghcr as type } from '../../../src/registries/types/ghcr.ts';
import type { VendorWorld, WorldRepository } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { ghcrApi } from './descriptions/ghcr-api.ts';
import { githubOrganization, githubUser } from './github-owners.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const credentials = { username: 'somebody', password: 'ghp_a-token-of-github' };
const PACKAGES = /^\/orgs\/([^/]+)\/packages$/;
const VERSIONS = /^\/orgs\/([^/]+)\/packages\/container\/([^/]+)\/versions$/;
const API = /^\/(?:user|users|orgs)(?:\/|$)/;

/** https://github.com/github/rest-api-description; in real life on another host than the registry. */
export const ghcr: Vendor = {
  name: 'ghcr',
  described: ghcrApi,
  credentials,
  signIn: { realm: '/token' },
  nested: true,
  showsDenied: false,
  isApi: (url) => API.test(url.pathname),
  failure: (status, message) => ({
    message,
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  }),
  answer,
  least: (world) => {
    const packages = visible(world).map((project) => countOf(inProject(world, project).length, MAX_PAGE));
    const versions = visible(world).flatMap((project) =>
      inProject(world, project).map((each) => countOf(versionsOf(each).length, MAX_PAGE)),
    );
    // Who one is, with packages of one's own, and one's organizations.
    return [1, 1, 1, ...packages, ...versions].reduce((sum, count) => sum + count, 0);
  },
  connect: (settings, origin, deps) => type.connect(settings, { allowPrivate: true }, { ...deps, api: origin }),
};

const visible = (world: VendorWorld) => world.projects.filter((project) => !world.denied.has(project));
const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => each.project === project);
const fail = (status: number, message: string): VendorAnswer => ({ status, body: ghcr.failure(status, message) });

function answer({ url, authorization }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (authorization !== `Bearer ${credentials.password}`) return fail(401, 'Bad credentials');
  if (url.pathname === '/user') return { status: 200, body: githubUser('Somebody', 'User') };
  if (url.pathname === '/user/orgs') return page(url, visible(world).map(githubOrganization));
  if (url.pathname === '/users/Somebody/packages') return page(url, []);
  if (url.pathname.startsWith('/users/'))
    return { status: 200, body: githubUser(url.pathname.slice('/users/'.length), 'Organization') };
  const owner = PACKAGES.exec(url.pathname)?.[1];
  if (owner !== undefined && url.searchParams.get('package_type') !== 'container') return fail(400, 'package_type');
  if (owner !== undefined)
    return page(
      url,
      inProject(world, owner).map((each) => packageOf(each, owner)),
    );
  const [, organization = '', image = ''] = VERSIONS.exec(url.pathname) ?? [];
  if (world.denied.has(organization)) return fail(403, 'You need at least read:packages scope.');
  const repository = world.repositories.find(({ name }) => name === `${organization}/${decodeURIComponent(image)}`);
  return repository === undefined ? fail(404, 'Package not found.') : page(url, versionsOf(repository));
}

function packageOf({ name: full }: WorldRepository, owner: string) {
  const name = full.slice(owner.length + 1);
  const path = `orgs/${owner}/packages/container/${encodeURIComponent(name)}`;
  return {
    id: 3,
    name,
    url: `https://api.github.com/${path}`,
    html_url: `https://github.com/${path}`,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    package_type: 'container',
    visibility: 'private',
    version_count: 1,
  };
}

/** Newest first: a version per digest with its tags, and such as have none. */
function versionsOf(repository: WorldRepository) {
  const tags = allTags(repository);
  const digests = [...new Set(tags.map(({ digest }) => digest))].toReversed();
  const tagged = digests.map((digest) => {
    const own = tags.filter((tag) => tag.digest === digest);
    const times = own.map(({ pushedAt }) => pushedAt.toISOString()).sort();
    return versionOf(
      digest,
      times.at(-1) ?? '',
      own.map(({ name }) => name),
    );
  });
  return [
    ...tagged,
    ...repository.accessories.map(({ digest }) => versionOf(digest.replace(/.$/, '0'), '2026-01-01T00:00:00Z', [])),
  ];
}

function versionOf(name: string, time: string, tags: readonly string[]) {
  return {
    id: 4,
    name,
    url: 'https://api.github.com/orgs/team-a/packages/container/image/versions/4',
    package_html_url: 'https://github.com/orgs/team-a/packages/container/package/image',
    created_at: time,
    updated_at: time,
    metadata: { package_type: 'container', container: { tags } },
  };
}

function page(url: URL, items: readonly unknown[]): VendorAnswer {
  const size = Math.min(MAX_PAGE, Number(url.searchParams.get('per_page') ?? '30'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const { shown, more } = pagesOf(items, number, size);
  const link = `<https://api.github.com${url.pathname}?page=${number + 1}&per_page=${size}>; rel="next"`;
  return { status: 200, body: shown, headers: more ? { link } : {} };
}
