import { gitlab as type } from '../../../src/registries/types/gitlab.ts';
import type { VendorWorld, WorldRepository } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { gitlabApi } from './descriptions/gitlab-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
/** Of tags, by GraphQL. */
const MAX_TAGS = 20;
const credentials = { username: 'scanner', password: 'glpat-a-token-of-gitlab' };
const REPOSITORIES = /^\/api\/v4\/projects\/(\d+)\/registry\/repositories$/;

/** https://docs.gitlab.com/api/container_registry/ and https://docs.gitlab.com/api/graphql/reference/ */
export const gitlab: Vendor = {
  name: 'gitlab',
  described: gitlabApi,
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
      .map((each) => countOf(allTags(each).length, MAX_TAGS));
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
    inProject(world, project).map((each) => describeRepository(world, each, Number(number))),
  );
}

const numberOf = (world: VendorWorld, repository: WorldRepository) => 1_000 + world.repositories.indexOf(repository);

function describeProject(full: string, at: number) {
  const name = full.split('/').at(-1);
  return {
    id: at + 1,
    name,
    path: name,
    path_with_namespace: full,
    container_registry_enabled: true,
    container_registry_access_level: 'enabled',
  };
}

function describeRepository(world: VendorWorld, repository: WorldRepository, project_id: number) {
  return {
    id: numberOf(world, repository),
    name: repository.name.slice(projectOf(repository).length + 1),
    path: repository.name,
    project_id,
    location: `registry.example/${repository.name}`,
    created_at: '2026-01-01T00:00:00.000Z',
    cleanup_policy_started_at: null,
    status: null,
  };
}

/** Errors of GraphQL come with status 200. */
function tags({ method, body }: VendorRequest, world: VendorWorld): VendorAnswer {
  const { variables, query } = JSON.parse(method === 'POST' ? body : '{}');
  const repository = world.repositories.find(
    (each) => variables.id === `gid://gitlab/ContainerRepository/${numberOf(world, each)}`,
  );
  if (repository === undefined || !query.includes('tags(first: $first, after: $after)'))
    return { status: 200, body: { data: { containerRepository: null }, errors: [{ message: 'not found' }] } };
  const all = allTags(repository).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rest = all.filter(({ name }) => name > (variables.after ?? ''));
  // As GitLab does: the registry gives as many as were asked for, then some are cut off, and the cursor is behind them all.
  const asked = rest.slice(0, variables.first ?? MAX_TAGS);
  const nodes = asked
    .slice(0, MAX_TAGS)
    .map(({ name, digest, pushedAt }) => ({ name, digest, publishedAt: pushedAt.toISOString() }));
  const hasNextPage = rest.length > asked.length;
  const pageInfo = { hasNextPage, endCursor: hasNextPage ? asked.at(-1)?.name : null };
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
