import { z } from 'zod';
import type { RegistrySettings } from '../../model/registry.ts';
import { classifyTag } from '../../oci/classify.ts';
import { createAcrLogin } from '../azure/create-acr-login.ts';
import { listNames } from '../distribution/list-names.ts';
import { openSession, type Session, type SessionDeps } from '../distribution/open-session.ts';
import { parseNextLink } from '../distribution/parse-link.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://learn.microsoft.com/rest/api/containerregistry: 100 by default, 1000 at most.
const PAGE_SIZE = 1_000;

/** Null when there is none; an answer without it is of something else. */
const Catalog = z.object({ repositories: z.array(z.string()).nullable() }).transform((page) => page.repositories ?? []);
const Tags = z.object({
  tags: z
    .array(z.object({ name: z.string(), digest: z.string().nullish(), lastUpdateTime: z.string().nullish() }))
    .nullish(),
});
type Tags = z.infer<typeof Tags>;

/**
 * Azure Container Registry: tags with digest and time by its own API, which is signed in to as the distribution is, with
 * tokens of the registry for a scope each.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const login = createAcrLogin(settings);
  const limits = { pageSize: PAGE_SIZE, ...deps.limits };
  const session = openSession(settings, network, { ...deps, limits, ...(login ? { login } : {}) });
  return createVendorClient(session, {
    name: "Azure's API",
    repositories: (signal) => listRepositories(session, signal),
    tags: (repository, signal) => listTags(session, repository, signal),
  });
}

/** An account with a scope map that is not for all repositories gets an empty list: https://github.com/Azure/acr/issues/751 */
async function* listRepositories(session: Session, signal: AbortSignal): AsyncGenerator<string> {
  const listing = { path: 'acr/v1/_catalog', scope: 'registry:catalog:*', schema: Catalog };
  let found = 0;
  for await (const name of listNames(session, listing, signal)) {
    found += 1;
    yield name;
  }
  if (found > 0) return;
  session.warn(
    'Azure lists no repository for a token whose scope map does not cover all of them (`repositories/*`), even where it may pull. Use such a scope map or a service principal with the role AcrPull.',
  );
}

function listTags(session: Session, repository: string, signal: AbortSignal): AsyncGenerator<ListedTag> {
  const url = session.url(`acr/v1/${repository}/_tags`);
  // In the order of names, where the next page begins after a name: nothing shifts when tags come and go.
  url.searchParams.set('n', String(session.limits.pageSize));
  return listPages<Tags, ListedTag>(
    session,
    {
      first: { method: 'GET', url, scope: `repository:${repository}:metadata_read` },
      schema: Tags,
      items: ({ tags }) =>
        (tags ?? []).map(({ name, digest, lastUpdateTime }) =>
          toListedTag({ name, digest, pushedAt: lastUpdateTime, skipped: classifyTag(name) }),
        ),
      next(_page, { response }, asked) {
        const link = parseNextLink(response.header('link') ?? '');
        const query = link === undefined ? undefined : URL.parse(link, asked.url.href)?.search;
        if (query === undefined) return undefined;
        const next = new URL(asked.url);
        next.search = query;
        return { ...asked, url: next };
      },
    },
    signal,
  );
}

export const azure = {
  name: 'azure',
  description:
    'Azure Container Registry by its own API, with the admin user, a service principal, a scoped token, or a Microsoft Entra token.',
  connect,
} as const satisfies RegistryType;
