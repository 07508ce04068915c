import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import { parseAnswer } from '../distribution/read-body.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { bearerAccess } from '../vendor/bearer-access.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { readJson } from '../vendor/read-json.ts';
import { splitNamespace } from '../vendor/split-namespace.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';
import { tokenAccess } from '../vendor/token-access.ts';

// https://docs.docker.com/reference/api/hub/latest/: 10 by default, 100 at most.
const PAGE_SIZE = 100;
const HUB = 'https://hub.docker.com';
const REGISTRY = 'https://registry-1.docker.io';
/** Names by which people know the registry; only the first of them answers at /v2. */
const ALIASES: readonly string[] = ['registry-1.docker.io', 'docker.io', 'hub.docker.com', 'index.docker.io'];
const HEADER_SAFE = /^[\x21-\x7e]{1,65536}$/;

const Token = z.object({ access_token: z.string().regex(HEADER_SAFE) });
const Namespaces = z.object({ namespaces: z.array(z.string()) });
const Repositories = z.object({ next: z.string().nullish(), results: z.array(z.object({ name: z.string() })) });
const Tags = z.object({
  next: z.string().nullish(),
  results: z.array(
    z.object({
      name: z.string(),
      /** Of the index where there is one; old tags have none. */
      digest: z.string().nullish(),
      tag_last_pushed: z.string().nullish(),
      last_updated: z.string().nullish(),
    }),
  ),
});

interface Hub {
  readonly session: Session;
  readonly access: ApiAccess;
  /** Absent: every namespace of the account. */
  readonly namespace: string | undefined;
  readonly anonymous: boolean;
}

/**
 * Docker Hub, whose registry has no catalog for anybody: its own API lists, at the cost of no pull. A path in the address names
 * the one namespace to list, `https://docker.io/team`. Another host is a mirror, whose password is none of the Hub's.
 */
function connect(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly hub?: string } = {},
): RegistryClient {
  const { url, namespace } = splitNamespace(settings.url);
  const isAlias = ALIASES.includes(URL.parse(url)?.hostname ?? '');
  const hub = deps.hub ?? (isAlias ? HUB : undefined);
  if (hub === undefined) return createDistributionClient(settings, network, deps);
  const session = openSession({ ...settings, url: isAlias ? REGISTRY : url }, network, deps);
  const anonymous = settings.username === '';
  const access = anonymous ? bearerAccess(hub, undefined) : signIn(hub, settings);
  const lists = { session, access, namespace, anonymous };
  return createVendorClient(session, {
    name: "Docker Hub's API",
    repositories: (signal) => listRepositories(lists, signal),
    tags: (repository, signal) => listTags(lists, repository, signal),
  });
}

/** https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api, which takes passwords and all access tokens */
function signIn(hub: string, { username, password }: RegistrySettings): ApiAccess {
  return tokenAccess(hub, async ({ ask }, signal) => {
    const url = new URL('/v2/auth/token', hub);
    const body = JSON.stringify({ identifier: username, secret: password });
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await ask({ method: 'POST', url, headers, body }, signal);
    return { value: parseAnswer(answer.response, answer.body, Token).access_token };
  });
}

async function* listRepositories(hub: Hub, signal: AbortSignal): AsyncGenerator<string> {
  for (const namespace of await namespacesOf(hub, signal)) {
    const path = `v2/namespaces/${encodeURIComponent(namespace)}/repositories`;
    const pages = {
      first: ask(hub, path, { page: '1', page_size: String(PAGE_SIZE) }),
      schema: Repositories,
      items: ({ results }: z.infer<typeof Repositories>) => results,
      next: nextPage,
    };
    for await (const { name } of listPages(hub.session, pages, signal)) yield `${namespace}/${name}`;
  }
}

async function namespacesOf(hub: Hub, signal: AbortSignal): Promise<readonly string[]> {
  if (hub.namespace !== undefined) return [hub.namespace];
  if (hub.anonymous) {
    const message =
      'it lists what belongs to an account or to a namespace. Give the address https://registry-1.docker.io/<namespace>';
    throw new AppError('permission-denied', `${message}, or a user name and an access token.`);
  }
  return (await readJson(hub.session, ask(hub, 'v2/repositories/namespaces', {}), Namespaces, signal)).namespaces;
}

async function* listTags(hub: Hub, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const [namespace = '', name = ''] = repository.split('/');
  const path = `v2/namespaces/${encodeURIComponent(namespace)}/repositories/${encodeURIComponent(name)}/tags`;
  const pages = {
    first: ask(hub, path, { page: '1', page_size: String(PAGE_SIZE) }),
    schema: Tags,
    items: ({ results }: z.infer<typeof Tags>) => results,
    next: nextPage,
  };
  for await (const tag of listPages(hub.session, pages, signal))
    yield toListedTag({ name: tag.name, digest: tag.digest, pushedAt: tag.tag_last_pushed ?? tag.last_updated });
}

/** Whether there is one is all that counts of the link. */
function nextPage(page: { readonly next?: string | null | undefined }, _answer: unknown, asked: SessionRequest) {
  if (!page.next) return undefined;
  const url = new URL(asked.url);
  url.searchParams.set('page', String(Number(url.searchParams.get('page')) + 1));
  return { ...asked, url };
}

function ask({ access }: Hub, path: string, query: Readonly<Record<string, string>>): SessionRequest {
  const url = new URL(path, `${access.origin}/`);
  url.search = new URLSearchParams(query).toString();
  return { method: 'GET', url, scope: '', access };
}

export const dockerhub = {
  name: 'dockerhub',
  description: 'Docker Hub by its own API: the namespaces of an account, or the one that the address names.',
  connect,
} as const satisfies RegistryType;
