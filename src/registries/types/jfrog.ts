import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import { type ArtifactoryAddress, locateArtifactory } from '../jfrog/locate-artifactory.ts';
import type { NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { basicAccess } from '../vendor/basic-access.ts';
import { type CollectedTag, collectLists } from '../vendor/collect-lists.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { readJson } from '../vendor/read-json.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

/** Of a search, in results: some 2 MiB. */
const PAGE_SIZE = 10_000;
/** What is pushed by digest alone lies in a folder of that name. */
const DIGEST_FOLDER = /^sha256(?::|__)/;

const Repositories = z.array(z.object({ key: z.string(), type: z.string() }));
const Found = z.object({
  results: z.array(
    z.object({
      repo: z.string(),
      /** Image and tag: `team/app/v1`. */
      path: z.string(),
      sha256: z.string().nullish(),
      modified: z.string().nullish(),
    }),
  ),
});
type Item = z.infer<typeof Found>['results'][number];

interface Artifactory extends ArtifactoryAddress {
  readonly session: Session;
  readonly access: ApiAccess;
}

/**
 * Artifactory by its query language: the manifests of all tags with digest and time in a few requests. Local repositories only, since
 * remote and virtual ones show the same images again; one that the address names is listed whatever it is.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const address = locateArtifactory(settings.url);
  if (address === undefined) return createDistributionClient(settings, network, deps);
  const session = openSession({ ...settings, url: address.registry }, network, deps);
  const artifactory = { ...address, session, access: basicAccess(address.api.origin, settings) };
  return createVendorClient(
    session,
    collectLists("Artifactory's API", (signal) => listTags(artifactory, signal)),
  );
}

async function* listTags(artifactory: Artifactory, signal: AbortSignal): AsyncGenerator<CollectedTag> {
  const { session } = artifactory;
  const { keys, prefixed } = await repositoriesOf(artifactory, signal);
  let offset = 0;
  const pages = {
    first: search(artifactory, keys, 0),
    schema: Found,
    items: ({ results }: z.infer<typeof Found>) => results,
    next: ({ results }: z.infer<typeof Found>) => {
      offset += results.length;
      return results.length < PAGE_SIZE ? undefined : search(artifactory, keys, offset);
    },
  };
  for await (const item of listPages(session, pages, signal)) yield* toCollected(item, prefixed);
}

async function repositoriesOf(
  { session, access, api, key, prefixed }: Artifactory,
  signal: AbortSignal,
): Promise<{ readonly keys: readonly string[]; readonly prefixed: boolean }> {
  if (key !== undefined) return { keys: [key], prefixed };
  const url = new URL('api/repositories?packageType=docker', api);
  const listed = await readJson(session, { method: 'GET', url, scope: '', access }, Repositories, signal);
  // A host of its own for one repository, `https://key.example.com`.
  const [label] = api.hostname.split('.');
  if (listed.some((repository) => repository.key === label)) return { keys: [label ?? ''], prefixed: false };
  const keys = listed
    .filter(({ type }) => type === 'LOCAL' || type === 'FEDERATED')
    .map((repository) => repository.key);
  if (keys.length === 0) throw new AppError('image-not-found', 'it shows this account no local Docker repository.');
  return { keys, prefixed };
}

/** https://jfrog.com/help/r/jfrog-rest-apis/artifactory-query-language; the manifest of an index before others of its tag. */
function search({ access, api }: Artifactory, keys: readonly string[], offset: number): SessionRequest {
  const repos = JSON.stringify(keys.map((repo) => ({ repo })));
  const names = JSON.stringify([{ name: 'list.manifest.json' }, { name: 'manifest.json' }]);
  const body =
    `items.find({"$and":[{"$or":${repos}},{"$or":${names}}]})` +
    '.include("repo","path","name","sha256","modified").sort({"$asc":["repo","path","name"]})' +
    `.offset(${offset}).limit(${PAGE_SIZE})`;
  const url = new URL('api/search/aql', api);
  return { method: 'POST', url, scope: '', access, headers: { 'content-type': 'text/plain' }, body };
}

function* toCollected({ repo, path, sha256, modified }: Item, prefixed: boolean): Generator<CollectedTag> {
  const cut = path.lastIndexOf('/');
  const name = path.slice(cut + 1);
  if (cut <= 0 || DIGEST_FOLDER.test(name)) return;
  const image = path.slice(0, cut);
  const digest = sha256 ? `sha256:${sha256}` : undefined;
  yield { repository: prefixed ? `${repo}/${image}` : image, tag: toListedTag({ name, digest, pushedAt: modified }) };
}

export const jfrog = {
  name: 'jfrog',
  description:
    'JFrog Artifactory by its query language: all local Docker repositories, or the one that the address names.',
  connect,
} as const satisfies RegistryType;
