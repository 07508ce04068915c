import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { harbor as type } from '../../../src/registries/types/harbor.ts';
import type { VendorWorld, WorldRepository } from '../vendor-world.ts';
import { harborApi } from './descriptions/harbor-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const credentials = { username: 'robot$scanner', password: 'a-secret-of-harbor' };
const accessoryTypes: Readonly<Record<string, string>> = { signature: 'signature.cosign', sbom: 'sbom.harbor' };

/** https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml */
export const harbor: Vendor = {
  name: 'harbor',
  described: harborApi,
  credentials,
  signIn: { realm: '/service/token' },
  nested: true,
  showsDenied: true,
  isApi: (url) => url.pathname.startsWith('/api/v2.0/'),
  failure: (status, message) => ({ errors: [{ code: codes[status] ?? 'UNKNOWN', message }] }),
  answer,
  least: (world) => {
    const projects = countOf(world.projects.length, MAX_PAGE);
    const repositories = world.projects.map((project) => countOf(inProject(world, project).length, MAX_PAGE));
    const artifacts = world.repositories
      .filter(({ project }) => !world.denied.has(project))
      .map(({ tags }) => countOf(new Set(tags.map(({ digest }) => digest)).size, MAX_PAGE));
    return [projects, ...repositories, ...artifacts].reduce((sum, count) => sum + count, 0);
  },
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const codes: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  429: 'TOOMANYREQUESTS',
};
const inProject = (world: VendorWorld, project: string) =>
  world.repositories.filter((each) => each.project === project);
const fail = (status: number, message: string): VendorAnswer => ({ status, body: harbor.failure(status, message) });

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (request.authorization !== basicAuthorization(credentials)) return fail(401, 'unauthorized');
  const [, rest = ''] = request.url.pathname.split('/api/v2.0/projects');
  const [, project, word, name, last] = rest.split('/');
  if (project === undefined)
    return page(
      request.url,
      world.projects.map((each) => ({ name: each })),
    );
  if (!world.projects.includes(project)) return fail(404, `project ${project} not found`);
  if (world.denied.has(project) || word !== 'repositories') return fail(403, 'forbidden');
  if (name === undefined)
    return page(
      request.url,
      inProject(world, project).map((each) => ({ name: each.name })),
    );
  // Decoded once as every server does, and once more as Harbor does by itself.
  const full = `${project}/${decodeURIComponent(decodeURIComponent(name))}`;
  const repository = world.repositories.find((each) => each.name === full);
  if (repository === undefined || last !== 'artifacts') return fail(404, `repository ${full} not found`);
  return page(request.url, artifactsOf(repository));
}

/** Oldest push first, as our client asks. */
function artifactsOf({ tags, accessories }: WorldRepository) {
  const digests = [...new Set(tags.map(({ digest }) => digest))];
  return digests.map((digest) => ({
    digest,
    type: 'IMAGE',
    manifest_media_type: 'application/vnd.oci.image.manifest.v1+json',
    push_time: tags.find((tag) => tag.digest === digest)?.pushedAt.toISOString(),
    pull_time: '0001-01-01T00:00:00.000Z',
    tags: tags
      .filter((tag) => tag.digest === digest)
      .map((tag) => ({ name: tag.name, push_time: tag.pushedAt.toISOString(), immutable: false })),
    accessories: accessories
      .filter(({ subject }) => subject === digest)
      .map((each) => ({ digest: each.digest, type: accessoryTypes[each.reason] ?? 'subject.accessory' })),
  }));
}

function page(url: URL, items: readonly unknown[]): VendorAnswer {
  const size = Number(url.searchParams.get('page_size') ?? '10');
  const number = Number(url.searchParams.get('page') ?? '1');
  if (size > MAX_PAGE) return fail(422, `page_size in query should be less than or equal to ${MAX_PAGE}`);
  const { shown, more } = pagesOf(items, number, size);
  const next = `<${url.pathname}?page=${number + 1}&page_size=${size}>; rel="next"`;
  return {
    status: 200,
    body: shown,
    headers: { 'x-total-count': String(items.length), ...(more ? { link: next } : {}) },
  };
}
