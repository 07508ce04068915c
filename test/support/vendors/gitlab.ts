import { gitlab as type } from '../../../src/registries/types/gitlab.ts';
import type { VendorWorld, WorldRepository } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const credentials = { username: 'scanner', password: 'glpat-a-token-of-gitlab' };
const REPOSITORIES = /^\/api\/v4\/projects\/(\d+)\/registry\/repositories$/;

/** https://docs.gitlab.com/api/container_registry/ and https://docs.gitlab.com/api/graphql/reference/ */
export const gitlab: Vendor = {
  name: 'gitlab',
  credentials,
  signIn: { realm: '/jwt/auth' },
  nested: true,
  showsDenied: true,
  marksLarge: 'ContainerRepository/1000"',
  isApi: (url) => url.pathname.startsWith('/api/v4/') || url.pathname === '/api/graphql',
  failure: (status, message) => ({ message: `${status} ${message}` }),
  answer,
  least: (world) => {
    const projects = projectsOf(world);
    const repositories = projects.map((project) => countOf(inProject(world, project).length, MAX_PAGE));
    const tags = world.repositories
      .filter(({ project }) => !world.denied.has(project))
      .map((each) => countOf(allTags(each).length, MAX_PAGE));
    return [countOf(projects.length, MAX_PAGE), ...repositories, ...tags].reduce((sum, count) => sum + count, 0);
  },
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

/** An image lies in the project of its name, or below it. */
const projectOf = ({ name }: WorldRepository) => name.split('/').slice(0, 2).join('/');
const projectsOf = (world: VendorWorld) => [...new Set(world.repositories.map(projectOf))];
const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => projectOf(each) === project);
const fail = (status: number, message: string): VendorAnswer => ({ status, body: gitlab.failure(status, message) });

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  const { url, authorization } = request;
  if (authorization !== `Bearer ${credentials.password}`) return fail(401, 'Unauthorized');
  if (url.pathname === '/api/graphql') return tags(request, world);
  if (url.pathname === '/api/v4/projects') return page(url, projectsOf(world).map(describeProject));
  const number = REPOSITORIES.exec(url.pathname)?.[1];
  if (number === undefined) return undefined;
  const project = projectsOf(world)[Number(number) - 1];
  if (project === undefined) return fail(404, 'Project Not Found');
  if (world.denied.has(project.split('/')[0] ?? '')) return fail(403, 'Forbidden');
  return page(
    url,
    inProject(world, project).map((each) => ({ id: numberOf(world, each), name: '', path: each.name })),
  );
}

const numberOf = (world: VendorWorld, repository: WorldRepository) => 1_000 + world.repositories.indexOf(repository);

function describeProject(name: string, at: number) {
  return { id: at + 1, path_with_namespace: name, container_registry_access_level: 'enabled' };
}

/** Errors of GraphQL come with status 200. */
function tags({ method, body }: VendorRequest, world: VendorWorld): VendorAnswer {
  const { variables, query } = JSON.parse(method === 'POST' ? body : '{}');
  const repository = world.repositories.find(
    (each) => variables.id === `gid://gitlab/ContainerRepository/${numberOf(world, each)}`,
  );
  if (repository === undefined || !query.includes('tags(first: $first, after: $after)'))
    return { status: 200, body: { data: { containerRepository: null }, errors: [{ message: 'not found' }] } };
  const size = Math.min(MAX_PAGE, variables.first ?? MAX_PAGE);
  const all = allTags(repository).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const after = variables.after ? Buffer.from(variables.after, 'base64').toString() : '';
  const rest = all.filter(({ name }) => name > after);
  const nodes = rest
    .slice(0, size)
    .map(({ name, digest, pushedAt }) => ({ name, digest, publishedAt: pushedAt.toISOString() }));
  const endCursor = Buffer.from(nodes.at(-1)?.name ?? '').toString('base64');
  const pageInfo = { hasNextPage: rest.length > size, endCursor };
  return { status: 200, body: { data: { containerRepository: { tags: { nodes, pageInfo } } } } };
}

function page(url: URL, items: readonly unknown[]): VendorAnswer {
  const size = Math.min(MAX_PAGE, Number(url.searchParams.get('per_page') ?? '20'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const { shown, more } = pagesOf(items, number, size);
  const next = `<${url.origin}${url.pathname}?page=${number + 1}&per_page=${size}>; rel="next"`;
  const first = `<${url.origin}${url.pathname}?page=1&per_page=${size}>; rel="first"`;
  return {
    status: 200,
    body: shown,
    headers: { link: more ? `${next}, ${first}` : first, 'x-next-page': more ? `${number + 1}` : '' },
  };
}
