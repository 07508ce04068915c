import { z } from 'zod';
import type { RegistrySettings } from '../../model/registry.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient } from '../registry-client.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';
import { createTcrApi, type SendCall, type TcrApi } from './create-tcr-api.ts';
import { TENCENT_REGISTRY_API } from './create-tencent-caller.ts';
import { readGoTime } from './go-time.ts';

// https://www.tencentcloud.com/document/product/1051/40736: 20 by default, 100 at most.
const PAGE_SIZE = 100;
/** https://www.tencentcloud.com/document/product/598/34228 */
const SECRET_ID = /^AKID[A-Za-z0-9]{8,124}$/;

const Repositories = z.object({
  Response: z.object({
    TotalCount: z.number(),
    RepositoryList: z.array(z.object({ Name: z.string(), Namespace: z.string() })).nullish(),
  }),
});
const Images = z.object({
  Response: z.object({
    TotalCount: z.number(),
    ImageInfoList: z
      .array(z.object({ ImageVersion: z.string(), Digest: z.string().nullish(), UpdateTime: z.string().nullish() }))
      .nullish(),
  }),
});

/**
 * TCR Enterprise with a key of Tencent Cloud (SecretId as the user, SecretKey as the password): lists by its API, and pulls with
 * tokens of an hour. Other accounts, with an access credential of the instance, see the distribution alone.
 */
export function connectTcr(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly api?: string } = {},
): RegistryClient {
  if (!SECRET_ID.test(settings.username)) return createDistributionClient(settings, network, deps);
  const credentials = { secretId: settings.username, secretKey: settings.password };
  const api = createTcrApi(settings, credentials, deps.api ?? TENCENT_REGISTRY_API);
  const session = openSession(settings, network, { ...deps, login: api.login });
  return createVendorClient(session, {
    name: "TCR's API",
    repositories: (signal) => listRepositories(session, api, signal),
    tags: (repository, signal) => listTags(session, api, repository, signal),
  });
}

async function* listRepositories(session: Session, api: TcrApi, signal: AbortSignal): AsyncGenerator<string> {
  const { registryId, region } = await api.instance(sender(session), signal);
  const pages = {
    first: api.call('DescribeRepositories', { RegistryId: registryId, Offset: 1, Limit: PAGE_SIZE }, region),
    schema: Repositories,
    items: ({ Response }: z.infer<typeof Repositories>) => Response.RepositoryList ?? [],
    next: nextPage,
  };
  for await (const { Name, Namespace } of listPages(session, pages, signal))
    yield Name.startsWith(`${Namespace}/`) ? Name : `${Namespace}/${Name}`;
}

async function* listTags(
  session: Session,
  api: TcrApi,
  repository: string,
  signal: AbortSignal,
): AsyncGenerator<ListedTag> {
  const { registryId, region } = await api.instance(sender(session), signal);
  const [namespace = '', ...rest] = repository.split('/');
  const names = { RegistryId: registryId, NamespaceName: namespace, RepositoryName: rest.join('/') };
  const pages = {
    first: api.call('DescribeImages', { ...names, Offset: 1, Limit: PAGE_SIZE }, region),
    schema: Images,
    items: ({ Response }: z.infer<typeof Images>) => Response.ImageInfoList ?? [],
    next: nextPage,
  };
  for await (const { ImageVersion: name, Digest: digest, UpdateTime: time } of listPages(session, pages, signal))
    yield toListedTag({ name, digest, pushedAt: time ? readGoTime(time) : undefined });
}

const sender =
  (session: Session): SendCall =>
  (request, signal) =>
    session.read(request, session.limits.pageBytes, signal);

/** Offset is the number of the page, from 1. */
function nextPage(
  page: { readonly Response: { readonly TotalCount: number } },
  _answer: unknown,
  asked: SessionRequest,
) {
  const body = JSON.parse(asked.body ?? '{}') as { readonly Offset: number };
  if (body.Offset * PAGE_SIZE >= page.Response.TotalCount) return undefined;
  return { ...asked, body: JSON.stringify({ ...body, Offset: body.Offset + 1 }) };
}
