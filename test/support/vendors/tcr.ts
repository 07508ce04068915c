import type {
  DescribeImagesRequest,
  DescribeRepositoriesRequest,
  Registry,
  TcrImageInfo,
  TcrRepositoryInfo,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/tcr/v20190924/tcr_models.js';
import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { tcr as type } from '../../../src/registries/types/tcr.ts';
import { readable, type VendorWorld, type WorldRepository } from '../vendor-world.ts';
import { allTags } from './companion-tags.ts';
import { countOf, pagesOf } from './pages.ts';
import { failure, failureOf, ok, refuseUnsigned } from './tencent-api.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 100;
const REGION = 'ap-singapore';
const INSTANCE = 'tcr-12345678';
const credentials = { username: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE', password: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' };
const key = { secretId: credentials.username, secretKey: credentials.password };
const SERVICE_TOKEN = '/service/token';

/** https://www.tencentcloud.com/document/product/1051/40710; the registry itself is a Harbor. */
export const tcr: Vendor = {
  name: 'tcr',
  credentials,
  nested: true,
  showsDenied: false,
  signIn: {
    challenge: (url) => `Bearer realm="${url.origin}${SERVICE_TOKEN}",service="harbor-registry"`,
    accepts: (authorization, generation) => authorization === `Bearer tcr-${generation}`,
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
  connect: (settings, origin, deps) =>
    type.connect(
      { ...settings, instanceId: INSTANCE, region: REGION },
      { allowPrivate: true },
      { ...deps, api: origin },
    ),
};

const userOf = (generation: number) =>
  basicAuthorization({ username: '100012345', password: `instance-token-${generation}` });

/** Of an instance: a password by the API, and a token for it by the registry. */
function giveToken(request: VendorRequest): VendorAnswer | undefined {
  const { url, authorization, generation } = request;
  if (url.pathname === SERVICE_TOKEN) {
    if (authorization !== userOf(generation)) return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED' }] } };
    return { status: 200, body: { token: `tcr-${generation}`, expires_in: 1_800 } };
  }
  if (request.header('x-tc-action') !== 'CreateInstanceToken') return undefined;
  const ExpTime = Number(request.header('x-tc-timestamp')) * 1_000 + 3_600_000;
  return refusalOf(request) ?? ok({ Username: '100012345', Token: `instance-token-${generation}`, ExpTime });
}

function refusalOf(request: VendorRequest): VendorAnswer | undefined {
  const isInstances = request.header('x-tc-action') === 'DescribeInstances';
  const isElsewhere = !isInstances && request.header('x-tc-region') !== REGION;
  return refuseUnsigned(request, key) ?? (isElsewhere ? failure('UnsupportedRegion', 'region') : undefined);
}

// The official SDK's types are Tencent's description of the API: a field that it does not have does not compile. Offset counts pages from 1.
type Asked = Partial<DescribeImagesRequest> & Partial<DescribeRepositoriesRequest>;

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer | undefined {
  if (request.url.pathname !== '/') return undefined;
  const refusal = refusalOf(request);
  if (refusal) return refusal;
  const asked: Asked = JSON.parse(request.body);
  const action = request.header('x-tc-action');
  if (action === 'DescribeInstances') return ok({ TotalCount: 1, Registries: [instance] });
  if (asked.RegistryId !== INSTANCE) return failure('ResourceNotFound', 'no such instance');
  if ((asked.Limit ?? 20) > MAX_PAGE) return failure('InvalidParameterValue', 'Limit');
  if (action === 'DescribeRepositories') return page('RepositoryList', readable(world).map(toRepository), asked);
  const repository = world.repositories.find(({ name }) => name === `${asked.NamespaceName}/${asked.RepositoryName}`);
  if (repository === undefined) return failure('ResourceNotFound', 'no such repository');
  if (world.denied.has(repository.project)) return failure('AuthFailure.UnauthorizedOperation', 'not authorized');
  return page('ImageInfoList', allTags(repository).toReversed().map(toImage), asked);
}

const instance: Partial<Registry> = {
  RegistryId: INSTANCE,
  RegistryName: 'lab',
  RegistryType: 'standard',
  Status: 'Running',
  PublicDomain: 'lab.tencentcloudcr.com',
  RegionName: REGION,
};

const toRepository = ({ name, project }: WorldRepository): TcrRepositoryInfo => ({
  Name: name.slice(project.length + 1),
  Namespace: project,
  CreationTime: '2026-01-01 00:00:00.123456789 +0800 CST',
  Public: false,
});

function toImage({ name, digest, pushedAt }: { name: string; digest: string; pushedAt: Date }): Partial<TcrImageInfo> {
  const UpdateTime = `${pushedAt.toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`;
  return { ImageVersion: name, Digest: digest, Size: 4_096, UpdateTime, Kind: 'IMAGE', KmsSignature: '' };
}

function page(name: string, items: readonly unknown[], { Limit = 20, Offset = 1 }: Asked): VendorAnswer {
  return ok({ TotalCount: items.length, [name]: pagesOf(items, Offset, Limit).shown });
}
