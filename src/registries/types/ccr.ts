import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps, type SessionRequest } from '../distribution/open-session.ts';
import { regionOf } from '../region-of.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import {
  createTencentCaller,
  SOME_REGION,
  TENCENT_REGISTRY_API,
  type TencentCaller,
} from '../tencent/create-tencent-caller.ts';
import { readGoTime } from '../tencent/go-time.ts';
import { type CcrAccount, parseCcrAccount } from '../tencent/parse-ccr-account.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://cloud.tencent.com/document/product/1141/41583: 20 by default, 100 at most.
const PAGE_SIZE = 100;

const Repositories = z.object({
  Response: z.object({
    Data: z.object({
      TotalCount: z.number(),
      RepoInfo: z.array(z.object({ RepoName: z.string() })).nullish(),
      Server: z.string().nullish(),
    }),
  }),
});
/** https://cloud.tencent.com/document/api/1141/41586 */
const Images = z.object({
  Response: z.object({
    Data: z.object({
      TagCount: z.number(),
      TagInfo: z
        .array(z.object({ TagName: z.string(), TagId: z.string().nullish(), PushTime: z.string().nullish() }))
        .nullish(),
    }),
  }),
});

interface Ccr {
  readonly session: Session;
  readonly caller: TencentCaller;
  readonly region: string;
}

/**
 * TCR Personal: its API is signed with a key of Tencent Cloud and gives no password, so an account may hold both. Accounts
 * without a key see the distribution alone.
 */
function connect(
  settings: RegistrySettings,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly api?: string } = {},
): RegistryClient {
  const account = parseCcrAccount(settings);
  if (account === undefined) return createDistributionClient(settings, network, deps);
  const ccr = open(settings, account, network, deps);
  return createVendorClient(ccr.session, {
    name: "TCR Personal's API",
    repositories: (signal) => listRepositories(ccr, signal),
    tags: (repository, signal) => listTags(ccr, repository, signal),
  });
}

function open(
  settings: RegistrySettings,
  { key, user }: CcrAccount,
  network: NetworkPolicy,
  deps: SessionDeps & { readonly api?: string },
): Ccr {
  return {
    session: openSession({ ...settings, ...user }, network, deps),
    caller: createTencentCaller(key, deps.api ?? TENCENT_REGISTRY_API),
    region: regionOf(settings) ?? SOME_REGION,
  };
}

function listRepositories({ session, caller, region }: Ccr, signal: AbortSignal): AsyncGenerator<string> {
  const action = 'DescribeRepositoryOwnerPersonal';
  return listPages<z.infer<typeof Repositories>, string>(
    session,
    {
      first: caller.call(action, { Offset: 0, Limit: PAGE_SIZE }, region),
      schema: Repositories,
      items: ({ Response: { Data } }) => {
        assertServer(session, Data.Server ?? '');
        return (Data.RepoInfo ?? []).map(({ RepoName }) => RepoName);
      },
      next: ({ Response: { Data } }, _answer, asked) => nextRows(asked, Data.TotalCount),
    },
    signal,
  );
}

/** Each region has a registry of its own, and a region that was not meant would list other images than are pulled. */
function assertServer(session: Session, server: string): void {
  const { hostname } = session.url('');
  if (server === '' || server === hostname || !hostname.endsWith('ccr.ccs.tencentyun.com')) return;
  throw new AppError(
    'registry-error',
    `it lists the images of ${server.slice(0, 100)} and not those of ${hostname}. Set the region of the registry.`,
  );
}

function listTags(
  { session, caller, region }: Ccr,
  repository: string,
  signal: AbortSignal,
): AsyncGenerator<ListedTag> {
  const names = { RepoName: repository };
  return listPages<z.infer<typeof Images>, ListedTag>(
    session,
    {
      first: caller.call('DescribeImagePersonal', { ...names, Offset: 0, Limit: PAGE_SIZE }, region),
      schema: Images,
      items: ({ Response: { Data } }) =>
        (Data.TagInfo ?? []).map(({ TagName, TagId, PushTime }) =>
          toListedTag({ name: TagName, digest: TagId, pushedAt: PushTime ? readGoTime(PushTime) : undefined }),
        ),
      next: ({ Response: { Data } }, _answer, asked) => nextRows(asked, Data.TagCount),
    },
    signal,
  );
}

/** Offset counts rows, from 0. */
function nextRows(asked: SessionRequest, total: number): SessionRequest | undefined {
  const body = JSON.parse(asked.body ?? '{}') as { readonly Offset: number };
  const Offset = body.Offset + PAGE_SIZE;
  return Offset < total ? { ...asked, body: JSON.stringify({ ...body, Offset }) } : undefined;
}

export const ccr = {
  name: 'ccr',
  description:
    'Tencent TCR Personal by its own API with a key of Tencent Cloud beside the user; without it by its catalog.',
  connect,
} as const satisfies RegistryType;
