import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { harbor as type } from '../../../src/registries/types/harbor.ts';
import type { VendorWorld } from '../vendor-world.ts';
import { harborFirstApi } from './descriptions/harbor-first-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const credentials = { username: 'robot$scanner', password: 'a-secret-of-harbor' };

/** Harbor 1, whose tags are listed by the distribution: https://github.com/goharbor/harbor/blob/v1.10.0/api/harbor/swagger.yaml */
export const harborFirst: Vendor = {
  name: 'harbor',
  described: harborFirstApi,
  credentials,
  signIn: { realm: '/service/token' },
  nested: true,
  showsDenied: true,
  isApi: (url) => url.pathname.startsWith('/api/'),
  failure: (code, message) => ({ code, message }),
  answer,
  // To learn that it is no Harbor 2 takes a request, too.
  least: (world) =>
    world.projects.reduce(
      (sum, project) => sum + countOf(inProject(world, project).length, MAX_PAGE),
      1 + countOf(world.projects.length, MAX_PAGE),
    ),
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => each.project === project);
const fail = (status: number, message: string): VendorAnswer => ({
  status,
  body: harborFirst.failure(status, message),
});

function answer({ url, authorization }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (url.pathname.startsWith('/api/v2.0/')) return { status: 404, body: '<!doctype html><title>404</title>' };
  if (authorization !== basicAuthorization(credentials)) return fail(401, 'UnAuthorize');
  const projects = world.projects.map((name, at) => ({ project_id: at + 1, name }));
  if (url.pathname === '/api/projects') return page(url, projects);
  if (url.pathname !== '/api/repositories') return undefined;
  const number = Number(url.searchParams.get('project_id'));
  const project = projects.find(({ project_id }) => project_id === number)?.name;
  if (project === undefined) return fail(404, `project ${number} not found`);
  if (world.denied.has(project)) return fail(403, 'forbidden');
  const repositories = inProject(world, project).map(({ name }, at) => ({ id: at + 1, name, project_id: number }));
  return page(url, repositories);
}

function page(url: URL, items: readonly unknown[]): VendorAnswer {
  const size = Math.min(MAX_PAGE, Number(url.searchParams.get('page_size') ?? '10'));
  const number = Number(url.searchParams.get('page') ?? '1');
  const { shown, more } = pagesOf(items, number, size);
  const next = `<${url.pathname}?page=${number + 1}&page_size=${size}>; rel="next"`;
  return { status: 200, body: shown, headers: more ? { link: next } : {} };
}
