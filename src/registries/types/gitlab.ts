import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { bearerAccess } from '../vendor/bearer-access.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { findRealm } from '../vendor/find-realm.ts';
import { firstFound } from '../vendor/first-found.ts';
import { listBelow } from '../vendor/list-below.ts';
import { listPages } from '../vendor/list-pages.ts';
import { nextByNumber } from '../vendor/next-by-number.ts';
import { splitNamespace } from '../vendor/split-namespace.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://docs.gitlab.com/api/rest/#pagination: 100 at most.
const PAGE_SIZE = 100;
/**
 * Of tags, by GraphQL: the max_page_size of that field. Of a larger page GitLab would leave out what is beyond it, and the next
 * one would not have it: https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/graphql/types/container_registry/container_repository_details_type.rb
 */
const TAGS_PAGE_SIZE = 20;
const REALM_PATH = /\/jwt\/auth$/;
/** One request for a page of tags; REST tells names alone, and takes one more for the digest of each. */
const TAGS_QUERY =
  'query($id: ContainerRepositoryID!, $first: Int, $after: String) { containerRepository(id: $id) { ' +
  'tags(first: $first, after: $after) { nodes { name digest publishedAt } pageInfo { hasNextPage endCursor } } } }';

const Projects = z.array(
  z.object({
    id: z.number().int(),
    path_with_namespace: z.string(),
    container_registry_access_level: z.string().nullish(),
  }),
);
const Repositories = z.array(z.object({ id: z.number().int(), path: z.string() }));
const Tags = z.object({
  data: z.object({
    containerRepository: z.object({
      tags: z.object({
        nodes: z.array(z.object({ name: z.string(), digest: z.string().nullish(), publishedAt: z.string().nullish() })),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
      }),
    }),
  }),
});
type Tags = z.infer<typeof Tags>;

interface GitLab {
  readonly session: Session;
  /** Where GitLab itself is, which its registry names as the one that gives tokens. */
  readonly site: (signal: AbortSignal) => Promise<{ readonly root: URL; readonly access: ApiAccess }>;
  /** A group or project; absent: whatever the account is a member of. */
  readonly namespace: string | undefined;
  /** Numbers of repositories by path, from the last list. */
  readonly numbers: Map<string, number>;
}

/**
 * GitLab by a personal, group or project access token with the scopes read_api and read_registry. A path in the address names the
 * one group to list, `https://registry.gitlab.com/acme`. When a tag was pushed is known where GitLab keeps it in a database.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const { url, namespace } = splitNamespace(settings.url);
  const session = openSession({ ...settings, url }, network, deps);
  let found: { readonly root: URL; readonly access: ApiAccess } | undefined;
  const site = async (signal: AbortSignal) => {
    if (found) return found;
    const realm = await findRealm(session, signal);
    if (realm === undefined || !REALM_PATH.test(realm.pathname))
      throw new AppError('not-a-registry', `${session.url('').host} does not name the GitLab that it belongs to.`);
    const root = new URL(realm.pathname.replace(REALM_PATH, '/'), realm);
    found = { root, access: bearerAccess(root.origin, settings.password) };
    return found;
  };
  const gitlab: GitLab = { session, site, namespace, numbers: new Map() };
  return createVendorClient(session, {
    name: "GitLab's API",
    repositories: (signal) => listRepositories(gitlab, signal),
    tags: (repository, signal) => listTags(gitlab, repository, signal),
  });
}

async function* listRepositories(gitlab: GitLab, signal: AbortSignal): AsyncGenerator<string> {
  gitlab.numbers.clear();
  const below = async function* (path: string) {
    const pages = await restPages(gitlab, `${path}/registry/repositories`, {}, Repositories, signal);
    for await (const { id, path: name } of listPages(gitlab.session, pages, signal)) {
      gitlab.numbers.set(name, id);
      yield name;
    }
  };
  const { namespace } = gitlab;
  if (namespace !== undefined) {
    const id = encodeURIComponent(namespace);
    return yield* firstFound(below(`groups/${id}`), () => below(`projects/${id}`));
  }
  const query = { membership: 'true', order_by: 'id', sort: 'asc' };
  const pages = await restPages(gitlab, 'projects', query, Projects, signal);
  yield* listBelow(
    gitlab.session,
    withRegistry(listPages(gitlab.session, pages, signal)),
    (project) => project.path_with_namespace,
    (project) => below(`projects/${project.id}`),
  );
}

async function* withRegistry(projects: AsyncIterable<z.infer<typeof Projects>[number]>) {
  for await (const project of projects) if (project.container_registry_access_level !== 'disabled') yield project;
}

async function* listTags(gitlab: GitLab, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const number = gitlab.numbers.get(repository);
  if (number === undefined) throw new AppError('image-not-found', `GitLab has not listed ${repository}.`);
  const { root, access } = await gitlab.site(signal);
  const page = (after?: string): SessionRequest => ({
    method: 'POST',
    url: new URL('api/graphql', root),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: TAGS_QUERY,
      variables: { id: `gid://gitlab/ContainerRepository/${number}`, first: TAGS_PAGE_SIZE, after },
    }),
    scope: '',
    access,
  });
  const pages = {
    first: page(),
    schema: Tags,
    items: ({ data }: Tags) => data.containerRepository.tags.nodes,
    next: ({ data }: Tags) => {
      const { hasNextPage, endCursor } = data.containerRepository.tags.pageInfo;
      return hasNextPage && endCursor ? page(endCursor) : undefined;
    },
  };
  for await (const { name, digest, publishedAt } of listPages(gitlab.session, pages, signal))
    yield toListedTag({ name, digest, pushedAt: publishedAt });
}

async function restPages<T>(
  gitlab: GitLab,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<readonly T[]>,
  signal: AbortSignal,
) {
  const { root, access } = await gitlab.site(signal);
  const url = new URL(`api/v4/${path}`, root);
  url.search = new URLSearchParams({ ...query, page: '1', per_page: String(PAGE_SIZE) }).toString();
  return {
    first: { method: 'GET', url, scope: '', access } as const,
    schema,
    items: (page: readonly T[]) => page,
    next: (page: readonly T[], answer: Parameters<typeof nextByNumber>[0], asked: SessionRequest) =>
      nextByNumber(answer, asked, page.length, PAGE_SIZE),
  };
}

export const gitlab = {
  name: 'gitlab',
  description: 'GitLab by its own API: the group that the address names, or the projects of an account.',
  connect,
} as const satisfies RegistryType;
