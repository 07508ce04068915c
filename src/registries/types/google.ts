import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import { createGoogleSignIn } from '../google/create-google-sign-in.ts';
import { type GoogleAddress, locateGoogle } from '../google/locate-google.ts';
import type { NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { type CollectedTag, collectLists } from '../vendor/collect-lists.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listBelow } from '../vendor/list-below.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

const API = 'https://artifactregistry.googleapis.com';
// https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories/list: 1000 at most, as of images.
const PAGE_SIZE = '1000';

/** Fields that are empty are left out of an answer. */
const Repositories = z.object({
  repositories: z
    .array(z.object({ name: z.string(), format: z.string().optional(), mode: z.string().optional() }))
    .default([]),
  nextPageToken: z.string().optional(),
});
const Images = z.object({
  dockerImages: z
    .array(
      z.object({
        /** Without a scheme: `us-docker.pkg.dev/project/repository/image@sha256:…`. */
        uri: z.string(),
        tags: z.array(z.string()).optional(),
        uploadTime: z.string().optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});
type Image = z.infer<typeof Images>['dockerImages'][number];
interface Page {
  readonly nextPageToken?: string | undefined;
}

interface Google extends GoogleAddress {
  readonly session: Session;
  readonly access: ApiAccess;
}

/**
 * Artifact Registry, and Container Registry which is a part of it: the images of a whole repository with digest, tags and time
 * in one list. Standard repositories only, since remote and virtual ones show images of others; one that the address names is
 * listed whatever it is. Other accounts see the distribution alone.
 */
function connect(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly api?: string } = {},
): RegistryClient {
  const address = locateGoogle(settings);
  const signIn = createGoogleSignIn(settings, deps.api ?? API);
  const registry = { ...settings, url: address.url };
  if (signIn === undefined) return createDistributionClient(registry, network, deps);
  const { access, login } = signIn;
  const session = openSession(registry, network, { ...deps, ...(login ? { login } : {}) });
  const project = address.project ?? signIn.project;
  const google: Google = { ...address, project, session, access };
  return createVendorClient(
    session,
    collectLists('The API of Artifact Registry', (signal) => listTags(google, signal)),
  );
}

async function* listTags(google: Google, signal: AbortSignal): AsyncGenerator<CollectedTag> {
  const parent = parentOf(google);
  const repositories = google.repository
    ? (async function* () {
        yield `${parent}/repositories/${google.repository}`;
      })()
    : listRepositories(google, parent, signal);
  yield* listBelow(
    google.session,
    repositories,
    (name) => name.split('/').at(-1) ?? name,
    (name) => listImages(google, name, signal),
  );
}

/** @throws AppError `image-not-found` where nothing tells the project or the location */
function parentOf({ project, location, url }: Google): string {
  const missing = project === undefined ? 'project' : location === undefined ? 'location' : undefined;
  if (missing === undefined) return `projects/${project?.replace('/', ':')}/locations/${location}`;
  const mend = missing === 'project' ? `Use ${url}/<project>.` : 'Set the region of the registry.';
  throw new AppError('image-not-found', `nothing tells which ${missing} to list. ${mend}`);
}

async function* listRepositories(google: Google, parent: string, signal: AbortSignal): AsyncGenerator<string> {
  const path = `${parent}/repositories`;
  for await (const { name, format, mode } of list(google, path, Repositories, (page) => page.repositories, signal)) {
    const isOwn = mode === undefined || mode === 'STANDARD_REPOSITORY' || mode === 'MODE_UNSPECIFIED';
    if (format === 'DOCKER' && isOwn && name.startsWith(`${path}/`)) yield name;
  }
}

async function* listImages(google: Google, repository: string, signal: AbortSignal): AsyncGenerator<CollectedTag> {
  const listed = list(google, `${repository}/dockerImages`, Images, (page) => page.dockerImages, signal);
  for await (const image of listed) yield* toCollected(google, image);
}

function* toCollected({ isContainerRegistry }: Google, { uri, tags, uploadTime }: Image): Generator<CollectedTag> {
  const slash = uri.indexOf('/');
  const at = uri.lastIndexOf('@');
  if (slash < 0 || at < slash) return;
  const path = uri.slice(slash + 1, at);
  // Listed as images of the repository that bears the host's name.
  const repository = isContainerRegistry ? path.replace(/\/(?:(?:us|eu|asia)\.)?gcr\.io\//, '/') : path;
  const digest = uri.slice(at + 1);
  for (const name of tags ?? []) yield { repository, tag: toListedTag({ name, digest, pushedAt: uploadTime }) };
}

function list<P extends Page, T>(
  { session, access }: Google,
  path: string,
  schema: z.ZodType<P>,
  items: (page: P) => readonly T[],
  signal: AbortSignal,
): AsyncGenerator<T> {
  const page = (pageToken?: string): SessionRequest => {
    const url = new URL(`v1/${path}`, access.origin);
    url.searchParams.set('pageSize', PAGE_SIZE);
    if (pageToken !== undefined) url.searchParams.set('pageToken', pageToken);
    return { method: 'GET', url, scope: '', access };
  };
  const next = ({ nextPageToken }: P) => (nextPageToken ? page(nextPageToken) : undefined);
  return listPages(session, { first: page(), schema, items, next }, signal);
}

export const google = {
  name: 'google',
  description:
    'Google Artifact Registry and gcr.io by the API: all Docker repositories of a project, or the one that the address names.',
  connect,
} as const satisfies RegistryType;
