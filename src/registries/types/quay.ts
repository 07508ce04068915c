import { z } from 'zod';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { bearerAccess } from '../vendor/bearer-access.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { readJson } from '../vendor/read-json.ts';
import { splitNamespace } from '../vendor/split-namespace.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://github.com/quay/quay/blob/master/endpoints/api/tag.py: 50 by default, 100 at most.
const PAGE_SIZE = 100;
/** The user name that makes an OAuth token a password: https://docs.projectquay.io/use_quay.html */
const TOKEN_USER = '$oauthtoken';

const User = z.object({
  username: z.string(),
  organizations: z.array(z.object({ name: z.string() })).default([]),
});
const Repositories = z.object({
  repositories: z.array(z.object({ namespace: z.string(), name: z.string() })),
  next_page: z.string().nullish(),
});
const Tags = z.object({
  tags: z.array(
    z.object({
      name: z.string(),
      manifest_digest: z.string().nullish(),
      /** Seconds since 1970. */
      start_ts: z.number().nullish(),
    }),
  ),
  has_additional: z.boolean(),
});

/** What the lists below need. */
interface Quay {
  readonly session: Session;
  readonly access: ApiAccess;
  /** Absent: every namespace of the account. */
  readonly namespace: string | undefined;
}

/**
 * The API takes an OAuth token alone, so an account with a password, or a robot, lists by the catalog. A path in the
 * address names the one namespace to list, `https://quay.io/team`.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const { url, namespace } = splitNamespace(settings.url);
  const session = openSession({ ...settings, url }, network, deps);
  const token = settings.username === TOKEN_USER ? settings.password : undefined;
  const quay = { session, access: bearerAccess(session.url('').origin, token), namespace };
  return createVendorClient(session, {
    name: "Quay's API",
    repositories: (signal) => listRepositories(quay, signal),
    tags: (repository, signal) => listTags(quay, repository, signal),
  });
}

async function* listRepositories(quay: Quay, signal: AbortSignal): AsyncGenerator<string> {
  for (const namespace of await namespacesOf(quay, signal)) {
    const schema = Repositories;
    const pages = {
      first: ask(quay, 'repository', { namespace }),
      schema,
      items: (page: z.infer<typeof schema>) => page.repositories,
      next: ({ next_page }: z.infer<typeof schema>) =>
        next_page ? ask(quay, 'repository', { namespace, next_page }) : undefined,
    };
    for await (const { name } of listPages(quay.session, pages, signal)) yield `${namespace}/${name}`;
  }
}

/** Quay lists the repositories of one namespace at a time. */
async function namespacesOf(quay: Quay, signal: AbortSignal): Promise<readonly string[]> {
  if (quay.namespace !== undefined) return [quay.namespace];
  const user = await readJson(quay.session, ask(quay, 'user/', {}), User, signal);
  return [...new Set([user.username, ...user.organizations.map(({ name }) => name)])];
}

/** Without dead tags, which Quay keeps for a while. */
async function* listTags(quay: Quay, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const page = (number: number) =>
    ask(quay, `repository/${repository}/tag/`, {
      limit: String(PAGE_SIZE),
      page: String(number),
      onlyActiveTags: 'true',
    });
  let number = 1;
  const pages = {
    first: page(number),
    schema: Tags,
    items: ({ tags }: z.infer<typeof Tags>) => tags,
    next: ({ has_additional }: z.infer<typeof Tags>) => {
      number += 1;
      return has_additional ? page(number) : undefined;
    },
  };
  for await (const { name, manifest_digest, start_ts } of listPages(quay.session, pages, signal)) {
    yield toListedTag({ name, digest: manifest_digest, pushedAt: start_ts && start_ts * 1_000 });
  }
}

function ask({ session, access }: Quay, path: string, query: Readonly<Record<string, string>>): SessionRequest {
  const url = session.url(`api/v1/${path}`);
  url.search = new URLSearchParams(query).toString();
  // Some installations take requests of scripts only: BROWSER_API_CALLS_XHR_ONLY.
  return { method: 'GET', url, scope: '', access, headers: { 'x-requested-with': 'XMLHttpRequest' } };
}

export const quay = {
  name: 'quay',
  description: 'Quay by its own API, with an OAuth token of the user $oauthtoken; other accounts by its catalog.',
  connect,
} as const satisfies RegistryType;
