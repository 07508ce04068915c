import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { jfrog as type } from '../../../src/registries/types/jfrog.ts';
import { readable, type VendorWorld } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { countOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const credentials = { username: 'scanner', password: 'a-reference-token-of-jfrog' };
const QUERY = /^items\.find\((\{.+\})\)\.include\(([^)]+)\)\.sort\((\{.+\})\)\.offset\((\d+)\)\.limit\((\d+)\)$/;
const MAX_PAGE = 10_000;

/** https://jfrog.com/help/r/jfrog-rest-apis/artifactory-query-language */
export const jfrog: Vendor = {
  name: 'jfrog',
  credentials,
  signIn: 'basic',
  nested: true,
  showsDenied: false,
  listsAllAtOnce: true,
  address: (origin) => `${origin}/artifactory/api/docker/docker-local`,
  isApi: (url) => url.pathname === '/artifactory/api/search/aql' || url.pathname === '/artifactory/api/repositories',
  failure: (status, message) => ({ errors: [{ status, message }] }),
  answer,
  least: (world) => countOf(itemsOf(world).length, MAX_PAGE),
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const fail = (status: number, message: string): VendorAnswer => ({ status, body: jfrog.failure(status, message) });

function answer({ method, url, authorization, body }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (authorization !== basicAuthorization(credentials)) return fail(401, 'Bad credentials');
  if (url.pathname !== '/artifactory/api/search/aql' || method !== 'POST') return undefined;
  const [, find = '', include = '', , offset = '', limit = ''] = QUERY.exec(body) ?? [];
  if (find === '') return fail(400, `Fail to parse query: ${body.slice(0, 100)}`);
  // The rule for accounts that are no administrator.
  if (!['"repo"', '"path"', '"name"'].every((field) => include.includes(field))) return fail(400, 'fields are missing');
  const asked = JSON.stringify(JSON.parse(find));
  const items = itemsOf(world).filter(
    ({ repo, name }) => asked.includes(`"repo":"${repo}"`) && asked.includes(`"name":"${name}"`),
  );
  const results = items.slice(Number(offset), Number(offset) + Number(limit));
  const range = { start_pos: Number(offset), end_pos: results.length, total: results.length, limit: Number(limit) };
  return { status: 200, body: { results, range } };
}

/** Sorted by path and name, as is asked: a tag with an index has the manifest of a platform beside it, too. */
function itemsOf(world: VendorWorld) {
  const items = readable(world).flatMap((repository) => [
    ...allTags(repository).map((tag) =>
      itemOf(`${repository.name}/${tag.name}`, tag.digest, tag.pushedAt.toISOString()),
    ),
    ...repository.accessories.map(({ digest }) =>
      itemOf(`${repository.name}/${digest.replace(':', '__')}`, digest, '2026-01-01T00:00:00Z'),
    ),
  ]);
  return items.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function itemOf(path: string, digest: string, modified: string) {
  return { repo: 'docker-local', path, name: 'manifest.json', sha256: digest.slice('sha256:'.length), modified };
}
