import { dockerhub as type } from '../../../src/registries/types/dockerhub.ts';
import type { VendorWorld } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { dockerhubApi } from './descriptions/dockerhub-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const credentials = { username: 'somebody', password: 'a-token-of-the-hub' };
const ROUTE = /^\/v2\/namespaces\/([^/]+)\/repositories(?:\/([^/]+)\/tags)?$/;
const API = /^\/v2\/(?:namespaces\/|repositories\/namespaces$|auth\/token$)/;

/** https://docs.docker.com/reference/api/hub/latest/; in real life on another host than the registry. */
export const dockerhub: Vendor = {
  name: 'dockerhub',
  described: dockerhubApi,
  credentials,
  signIn: { realm: '/token' },
  nested: false,
  showsDenied: false,
  isApi: (url) => API.test(url.pathname),
  failure: (_, message) => ({ message }),
  answer,
  least: (world) => {
    const repositories = visible(world).map((project) => countOf(inProject(world, project).length, MAX_PAGE));
    const tags = visible(world).flatMap((project) =>
      inProject(world, project).map((each) => countOf(allTags(each).length, MAX_PAGE)),
    );
    // A token, and the namespaces of the account.
    return [1, 1, ...repositories, ...tags].reduce((sum, count) => sum + count, 0);
  },
  connect: (settings, origin, deps) => type.connect(settings, { allowPrivate: true }, { ...deps, hub: origin }),
};

const visible = (world: VendorWorld) => world.projects.filter((project) => !world.denied.has(project));
const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => each.project === project);
const fail = (status: number, message: string): VendorAnswer => ({ status, body: dockerhub.failure(status, message) });

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  const { url, generation } = request;
  if (url.pathname === '/v2/auth/token') return giveToken(request);
  if (request.authorization !== `Bearer hub-token-${generation}`) return fail(401, 'unauthorized');
  if (url.pathname === '/v2/repositories/namespaces') return { status: 200, body: { namespaces: visible(world) } };
  const [, namespace = '', name] = ROUTE.exec(url.pathname) ?? [];
  if (world.denied.has(namespace)) return fail(403, 'permission denied');
  if (name === undefined)
    return page(
      url,
      inProject(world, namespace).map((each) => repositoryOf(each.name)),
    );
  const repository = world.repositories.find((each) => each.name === `${namespace}/${name}`);
  if (repository === undefined) return fail(404, 'object not found');
  return page(
    url,
    allTags(repository)
      .toReversed()
      .map((tag) => tagOf(tag.name, tag.digest, tag.pushedAt)),
  );
}

function giveToken({ method, body, generation }: VendorRequest): VendorAnswer {
  const said: unknown = method === 'POST' ? JSON.parse(body) : {};
  const wanted = { identifier: credentials.username, secret: credentials.password };
  if (JSON.stringify(said) !== JSON.stringify(wanted)) return fail(401, 'Incorrect authentication credentials');
  return { status: 200, body: { access_token: `hub-token-${generation}` } };
}

function repositoryOf(full: string) {
  const [namespace, name] = full.split('/');
  return {
    name,
    namespace,
    repository_type: 'image',
    status: 1,
    status_description: 'active',
    is_private: true,
    pull_count: 0,
    last_updated: null,
  };
}

/** As the Hub tells tags: the time of push is there twice. */
function tagOf(name: string, digest: string, pushedAt: Date) {
  const time = pushedAt.toISOString();
  return {
    name,
    digest,
    full_size: 10_240,
    last_updated: time,
    tag_last_pushed: time,
    tag_status: 'active',
    media_type: 'application/vnd.oci.image.index.v1+json',
    content_type: 'image',
    images: [],
  };
}

function page(url: URL, items: readonly unknown[]): VendorAnswer {
  const size = Math.min(MAX_PAGE, Number(url.searchParams.get('page_size') ?? '10'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const { shown, more } = pagesOf(items, number, size);
  const next = more ? `https://hub.docker.com${url.pathname}?page=${number + 1}&page_size=${size}` : null;
  return { status: 200, body: { count: items.length, next, previous: null, results: shown } };
}
