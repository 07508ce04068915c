import { z } from 'zod';
import type { RegistrySettings } from '../../model/registry.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import type { NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { basicAccess } from '../vendor/basic-access.ts';
import { type CollectedTag, collectLists } from '../vendor/collect-lists.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

/** The path of a repository in front of /v2; what is before it is the context path of Nexus. */
const REPOSITORY = /^(\/.{0,200})?\/repository\/([^/]{1,200})\/?(?:v2\/?)?$/;

const Components = z.object({
  items: z.array(
    z.object({
      format: z.string(),
      name: z.string(),
      version: z.string().nullish(),
      assets: z.array(
        z.object({
          path: z.string(),
          checksum: z.object({ sha256: z.string().nullish() }).nullish(),
          lastModified: z.string().nullish(),
          blobCreated: z.string().nullish(),
        }),
      ),
    }),
  ),
  continuationToken: z.string().nullish(),
});
type Component = z.infer<typeof Components>['items'][number];

/**
 * Nexus by the path of one repository, `https://nexus.example.com/repository/docker-hosted`: its components tell digests and times.
 * The address of a connector, a port or a host of its own, does not tell where the API is, so there the catalog lists.
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const address = URL.parse(settings.url);
  const [, root = '', repository] = REPOSITORY.exec(address?.pathname ?? '') ?? [];
  if (address === null || repository === undefined) return createDistributionClient(settings, network, deps);
  const session = openSession(settings, network, deps);
  const access = basicAccess(address.origin, settings);
  const page = (continuationToken?: string): SessionRequest => {
    const url = new URL(`${root}/service/rest/v1/components`, address.origin);
    url.searchParams.set('repository', decodeURIComponent(repository));
    if (continuationToken) url.searchParams.set('continuationToken', continuationToken);
    return { method: 'GET', url, scope: '', access };
  };
  return createVendorClient(
    session,
    collectLists("Nexus's API", (signal) => listTags(session, page, signal)),
  );
}

async function* listTags(
  session: Session,
  page: (continuationToken?: string) => SessionRequest,
  signal: AbortSignal,
): AsyncGenerator<CollectedTag> {
  const pages = {
    first: page(),
    schema: Components,
    items: ({ items }: z.infer<typeof Components>) => items,
    next: ({ continuationToken }: z.infer<typeof Components>) =>
      continuationToken ? page(continuationToken) : undefined,
  };
  for await (const component of listPages(session, pages, signal)) yield* toCollected(component);
}

/** A component is a tag; newer versions have some for what is pushed by digest alone. */
function* toCollected({ format, name, version, assets }: Component): Generator<CollectedTag> {
  if (format !== 'docker' || !version || version.startsWith('sha256:')) return;
  const asset = assets.find(({ path }) => path.endsWith(`/manifests/${version}`)) ?? assets[0];
  const sha256 = asset?.checksum?.sha256;
  yield {
    repository: name,
    tag: toListedTag({
      name: version,
      digest: sha256 ? `sha256:${sha256}` : undefined,
      pushedAt: asset?.lastModified ?? asset?.blobCreated,
    }),
  };
}

export const nexus = {
  name: 'nexus',
  description: 'Nexus by its own API, at the path of a repository; connectors with a port or host by their catalog.',
  connect,
} as const satisfies RegistryType;
