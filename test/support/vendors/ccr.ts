import type {
  DescribeImagePersonalRequest,
  DescribeRepositoryOwnerPersonalRequest,
  RepoInfo,
  TagInfo,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcr/v20190924/tcr_models.js';
import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { ccr as type } from '../../../src/registries/types/ccr.ts';
import { readable, type VendorWorld, type WorldRepository, type WorldTag } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { countOf } from './pages.ts';
import { failure, failureOf, ok, refuseUnsigned } from './tencent-api.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const SERVER = 'ccr.ccs.tencentyun.com';
const key = { secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' };
const user = { username: '100012345', password: 'a password: with a colon' };

/** https://cloud.tencent.com/document/product/1141/41583 (repositories), 41586 (tags); rows are counted from 0. */
export const ccr: Vendor = {
  name: 'ccr',
  credentials: { username: `${key.secretId}:${user.username}`, password: `${key.secretKey}:${user.password}` },
  nested: false,
  showsDenied: false,
  signIn: {
    challenge: (url) => `Bearer realm="${url.origin}/service/token",service="token-service"`,
    accepts: (authorization, generation) => authorization === `Bearer ccr-${generation}`,
    answer: giveToken,
  },
  isApi: (url) => url.pathname === '/',
  failure: failureOf,
  answer,
  least: (world) =>
    readable(world).reduce(
      (sum, each) => sum + countOf(allTags(each).length, MAX_PAGE),
      countOf(readable(world).length, MAX_PAGE),
    ),
  connect: (settings, origin, deps) => type.connect(settings, { allowPrivate: true }, { ...deps, api: origin }),
};

function giveToken({ url, authorization, generation }: VendorRequest): VendorAnswer | undefined {
  if (url.pathname !== '/service/token') return undefined;
  if (authorization !== basicAuthorization(user))
    return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: 'wrong user or password' }] } };
  return { status: 200, body: { token: `ccr-${generation}`, expires_in: 1_800 } };
}

const refusalOf = (request: VendorRequest): VendorAnswer | undefined =>
  refuseUnsigned(request, key) ?? (request.header('x-tc-region') ? undefined : failure('MissingParameter', 'Region'));

// The official SDK's types are Tencent's description of the API: a field that it does not have does not compile.
type Asked = Partial<DescribeImagePersonalRequest> & DescribeRepositoryOwnerPersonalRequest;

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  const refusal = refusalOf(request);
  if (refusal) return refusal;
  const { RepoName, Limit = 20, Offset = 0 }: Asked = JSON.parse(request.body);
  if (Limit > MAX_PAGE) return failure('InvalidParameter', 'Limit');
  const shown = <T>(items: readonly T[]) => items.slice(Offset, Offset + Limit);
  const action = request.header('x-tc-action');
  if (action === 'DescribeRepositoryOwnerPersonal') {
    const all = readable(world);
    return ok({ Data: { TotalCount: all.length, RepoInfo: shown(all).map(toRepository), Server: SERVER } });
  }
  if (action !== 'DescribeImagePersonal') return failure('InvalidAction', `${action}`);
  const repository = world.repositories.find(({ name }) => name === RepoName);
  if (repository === undefined) return failure('ResourceNotFound', 'no such repository');
  if (world.denied.has(repository.project)) return failure('AuthFailure.UnauthorizedOperation', 'not authorized');
  const tags = allTags(repository).toReversed();
  return ok({ Data: { TagCount: tags.length, TagInfo: shown(tags).map(toTag), Server: SERVER, RepoName } });
}

const toRepository = ({ name, tags }: WorldRepository): RepoInfo => ({
  RepoName: name,
  RepoType: 'QCLOUD HUB',
  TagCount: tags.length,
  Public: 0,
  CreationTime: '2026-01-01 00:00:00',
  UpdateTime: '2026-01-01 00:00:00',
});

/** Times as Beijing has them, without a zone. */
function toTag({ name, digest, pushedAt }: WorldTag, at: number): TagInfo {
  const time = new Date(pushedAt.getTime() + 8 * 3_600_000).toISOString().replace('T', ' ').slice(0, 19);
  return {
    Id: at + 1,
    TagName: name,
    TagId: digest,
    ImageId: `sha256:${'0'.repeat(64)}`,
    Size: '4 KB',
    SizeByte: 4_096,
    CreationTime: '2026-01-01 00:00:00 +0800 CST',
    UpdateTime: time,
    PushTime: time,
    Architecture: 'amd64',
    OS: 'linux',
    Kind: 'IMAGE',
  };
}
