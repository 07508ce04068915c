import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { nexus as type } from '../../../src/registries/types/nexus.ts';
import { readable, type VendorWorld } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { nexusApi } from './descriptions/nexus-api.ts';
import { countOf, pagesOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const PAGE = 10;
const credentials = { username: 'scanner', password: 'a-secret-of-nexus' };

/** https://help.sonatype.com/en/components-api.html: pages of ten, whatever is asked. */
export const nexus: Vendor = {
  name: 'nexus',
  described: nexusApi,
  credentials,
  signIn: 'basic',
  nested: true,
  showsDenied: false,
  listsAllAtOnce: true,
  address: (origin) => `${origin}/repository/docker-hosted`,
  isApi: (url) => url.pathname.startsWith('/service/rest/'),
  failure: (_, message) => ({ message }),
  answer,
  least: (world) => countOf(componentsOf(world).length, PAGE),
  connect: (settings, _origin, deps) => type.connect(settings, { allowPrivate: true }, deps),
};

const fail = (status: number, message: string): VendorAnswer => ({ status, body: nexus.failure(status, message) });

function answer({ url, authorization }: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (authorization !== basicAuthorization(credentials)) return fail(401, 'Unauthorized');
  if (url.pathname !== '/service/rest/v1/components') return undefined;
  if (url.searchParams.get('repository') !== 'docker-hosted') return fail(404, 'Repository not found');
  const token = url.searchParams.get('continuationToken');
  const number = token === null ? 1 : Number.parseInt(token, 16);
  const { shown, more } = pagesOf(componentsOf(world), number, PAGE);
  return { status: 200, body: { items: shown, continuationToken: more ? (number + 1).toString(16) : null } };
}

/** A component for every tag, and one for what is pushed by digest alone. */
function componentsOf(world: VendorWorld) {
  return readable(world).flatMap((repository) => [
    ...allTags(repository).map((tag) => componentOf(repository.name, tag.name, tag.digest, tag.pushedAt.toISOString())),
    ...repository.accessories.map(({ digest }) =>
      componentOf(repository.name, digest, digest, '2026-01-01T00:00:00.000+00:00'),
    ),
  ]);
}

function componentOf(name: string, version: string, digest: string, time: string) {
  const asset = {
    path: `v2/${name}/manifests/${version}`,
    repository: 'docker-hosted',
    format: 'docker',
    checksum: { sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709', sha256: digest.slice('sha256:'.length) },
    contentType: 'application/vnd.oci.image.manifest.v1+json',
    lastModified: time,
    blobCreated: time,
    lastDownloaded: null,
    fileSize: 500,
  };
  return {
    id: 'x',
    repository: 'docker-hosted',
    format: 'docker',
    group: null,
    name,
    version,
    assets: [asset],
  };
}
