import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import type { ApiAccess } from '../distribution/api-access.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { bearerAccess } from '../vendor/bearer-access.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { nextByNumber } from '../vendor/next-by-number.ts';
import { readJson } from '../vendor/read-json.ts';
import { splitNamespace } from '../vendor/split-namespace.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://docs.github.com/en/rest/packages/packages: 30 by default, 100 at most.
const PAGE_SIZE = 100;
const OWNER_LISTS = { Organization: 'orgs', User: 'users' } as const;

const Owner = z.object({ login: z.string(), type: z.enum(['Organization', 'User']) });
type Owner = z.infer<typeof Owner>;
const Logins = z.array(z.object({ login: z.string() }));
const Packages = z.array(z.object({ name: z.string() }));
const Versions = z.array(
  z.object({
    /** The digest. */
    name: z.string(),
    created_at: z.string().nullish(),
    updated_at: z.string().nullish(),
    metadata: z.object({ container: z.object({ tags: z.array(z.string()) }).nullish() }).nullish(),
  }),
);

interface GitHub {
  readonly session: Session;
  readonly access: ApiAccess;
  /** Path in front of the API's own: '/api/v3' on one's own server. */
  readonly root: string;
  /** Absent: the account and its organizations. */
  readonly namespace: string | undefined;
  /** By name in small letters, as images are named. */
  readonly owners: Map<string, Owner>;
}

/**
 * GitHub's packages, by the token that is the password. A path in the address names the one owner to list,
 * `https://ghcr.io/acme`. Versions tell neither platform nor size, so what is not tagged is left to the tags that hold it.
 */
function connect(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly api?: string } = {},
): RegistryClient {
  const { url, namespace } = splitNamespace(settings.url);
  const session = openSession({ ...settings, url }, network, deps);
  const api = new URL(deps.api ?? apiOf(session.url('')));
  const access = bearerAccess(api.origin, settings.password);
  const github: GitHub = {
    session,
    access,
    root: api.pathname.replace(/\/$/, ''),
    namespace,
    owners: new Map<string, Owner>(),
  };
  return createVendorClient(session, {
    name: "GitHub's API",
    repositories: (signal) => listRepositories(github, signal),
    tags: (repository, signal) => listTags(github, repository, signal),
  });
}

/** https://docs.github.com/en/enterprise-server/packages: containers.<host>; of ghe.com the API has a host of its own. */
function apiOf({ protocol, hostname, host }: URL): string {
  const own = host.replace(/^containers\./, '');
  if (hostname === 'ghcr.io') return 'https://api.github.com';
  return hostname.endsWith('.ghe.com') ? `${protocol}//api.${own}` : `${protocol}//${own}/api/v3`;
}

async function* listRepositories(github: GitHub, signal: AbortSignal): AsyncGenerator<string> {
  github.owners.clear();
  for (const owner of await ownersOf(github, signal)) {
    const name = owner.login.toLowerCase();
    github.owners.set(name, owner);
    const path = `${OWNER_LISTS[owner.type]}/${encodeURIComponent(owner.login)}/packages`;
    const listed = list(github, path, { package_type: 'container' }, Packages, signal);
    for await (const each of listed) yield `${name}/${each.name}`;
  }
}

async function ownersOf(github: GitHub, signal: AbortSignal): Promise<readonly Owner[]> {
  const { session, namespace } = github;
  if (namespace !== undefined) return [await ownerOf(github, namespace, signal)];
  const me = await readJson(session, ask(github, 'user', {}), Owner, signal);
  const owners: Owner[] = [me];
  for await (const { login } of list(github, 'user/orgs', {}, Logins, signal))
    owners.push({ login, type: 'Organization' });
  return owners;
}

async function ownerOf(github: GitHub, name: string, signal: AbortSignal): Promise<Owner> {
  const known = github.owners.get(name.toLowerCase());
  if (known) return known;
  const path = `users/${encodeURIComponent(name)}`;
  const owner = await readJson(github.session, ask(github, path, {}), Owner, signal);
  github.owners.set(name.toLowerCase(), owner);
  return owner;
}

async function* listTags(github: GitHub, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const [name = '', ...rest] = repository.split('/');
  if (rest.length === 0) throw new AppError('image-not-found', `${repository} names no owner.`);
  const owner = await ownerOf(github, name, signal);
  // A slash in the name is encoded: https://docs.github.com/en/rest/packages/packages
  const image = encodeURIComponent(rest.join('/'));
  const path = `${OWNER_LISTS[owner.type]}/${encodeURIComponent(owner.login)}/packages/container/${image}/versions`;
  for await (const version of list(github, path, {}, Versions, signal)) {
    const said = { digest: version.name, pushedAt: version.updated_at ?? version.created_at };
    for (const tag of version.metadata?.container?.tags ?? []) yield toListedTag({ name: tag, ...said });
  }
}

function list<T>(
  github: GitHub,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<readonly T[]>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  return listPages<readonly T[], T>(
    github.session,
    {
      first: ask(github, path, { ...query, page: '1', per_page: String(PAGE_SIZE) }),
      schema,
      items: (page) => page,
      next: (page, answer, asked) => nextByNumber(answer, asked, page.length, PAGE_SIZE),
    },
    signal,
  );
}

function ask({ access, root }: GitHub, path: string, query: Readonly<Record<string, string>>): SessionRequest {
  const url = new URL(`${root}/${path}`, access.origin);
  url.search = new URLSearchParams(query).toString();
  const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
  return { method: 'GET', url, scope: '', access, headers };
}

export const ghcr = {
  name: 'ghcr',
  description:
    'GitHub packages by the REST API: the owner that the address names, or an account and its organizations.',
  connect,
} as const satisfies RegistryType;
