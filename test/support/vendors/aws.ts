import { basicAuthorization } from '../../../src/registries/distribution/fetch-token.ts';
import { aws as type } from '../../../src/registries/types/aws.ts';
import { readable, type VendorWorld, type WorldRepository } from '../vendor-world.ts';
import { verifyV4 } from '../verify-v4.ts';
import { companionTags } from './companion-tags.ts';
import { awsApi } from './descriptions/aws-api.ts';
import { countOf } from './pages.ts';
import type { Vendor, VendorAnswer, VendorRequest } from './vendor.ts';

const MAX_PAGE = 1_000;
const REGION = 'eu-west-1';
const credentials = { username: 'AKIAEXAMPLE0000000', password: 'a/secret+of/a/key/of/AWS' };
const key = { accessKeyId: credentials.username, secretAccessKey: credentials.password };
const TARGET = 'AmazonEC2ContainerRegistry_V20150921.';
const HOURS_12 = 12 * 3_600;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html, JSON 1.1: every call is POST / */
export const aws: Vendor = {
  name: 'aws',
  described: awsApi,
  credentials,
  nested: true,
  showsDenied: false,
  signIn: {
    challenge: () => 'Basic realm="https://ecr.example/",service="ecr.amazonaws.com"',
    accepts: (authorization, generation) => authorization === passwordOf(generation),
    answer: (request) => (actionOf(request) === 'GetAuthorizationToken' ? giveToken(request) : undefined),
  },
  isApi: (url) => url.pathname === '/',
  failure: (status, message) => ({ __type: errorTypes[status] ?? 'ServerException', message }),
  answer,
  least: (world) =>
    readable(world).reduce(
      (sum, each) => sum + countOf(imagesOf(each).length, MAX_PAGE),
      countOf(readable(world).length, MAX_PAGE),
    ),
  connect: (settings, _origin, deps) => type.connect({ ...settings, region: REGION }, { allowPrivate: true }, deps),
};

const errorTypes: Readonly<Record<number, string>> = {
  400: 'InvalidParameterException',
  403: 'AccessDeniedException',
  404: 'RepositoryNotFoundException',
  429: 'ThrottlingException',
};
const actionOf = (request: VendorRequest) => (request.header('x-amz-target') ?? '').replace(TARGET, '');
const passwordOf = (generation: number) =>
  basicAuthorization({ username: 'AWS', password: `login-password-${generation}` });
/** AWS words most errors with status 400. */
const fail = (type: string, message = '', status = 400): VendorAnswer => ({ status, body: { __type: type, message } });

function refusalOf(request: VendorRequest): VendorAnswer | undefined {
  if (request.method !== 'POST' || request.header('content-type') !== 'application/x-amz-json-1.1')
    return fail('SerializationException');
  const refusal = verifyV4(request, key, { region: REGION, service: 'ecr' });
  return refusal === undefined ? undefined : fail(refusal, 'The security token included in the request is invalid.');
}

function giveToken(request: VendorRequest): VendorAnswer {
  const [, authorizationToken] = passwordOf(request.generation).split(' ');
  // By the clock of who asks, which tests move.
  const expiresAt = Date.parse(toIso(request.header('x-amz-date') ?? '')) / 1_000 + HOURS_12 + 0.5;
  const data = { authorizationToken, expiresAt, proxyEndpoint: request.url.origin };
  return refusalOf(request) ?? { status: 200, body: { authorizationData: [data] } };
}

const toIso = (time: string) => time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');

function answer(request: VendorRequest, world: VendorWorld): VendorAnswer {
  const refusal = refusalOf(request);
  if (refusal) return refusal;
  const asked = JSON.parse(request.body) as Asked;
  if ((asked.maxResults ?? 100) > MAX_PAGE) return fail('InvalidParameterException', 'maxResults');
  if (actionOf(request) === 'DescribeRepositories')
    return page('repositories', readable(world).map(toRepository), asked);
  if (actionOf(request) !== 'DescribeImages') return fail('UnknownOperationException');
  const repository = world.repositories.find(({ name }) => name === asked.repositoryName);
  if (repository === undefined) return fail('RepositoryNotFoundException', 'The repository does not exist');
  if (world.denied.has(repository.project)) return fail('AccessDeniedException', 'User is not authorized', 403);
  const images = imagesOf(repository);
  return page('imageDetails', asked.filter?.tagStatus === 'TAGGED' ? images : [...images, untagged], asked);
}

interface Asked {
  readonly repositoryName?: string;
  readonly maxResults?: number;
  readonly nextToken?: string;
  readonly filter?: { readonly tagStatus?: string };
}

const toRepository = ({ name }: WorldRepository) => ({ repositoryName: name, repositoryUri: `ecr.example/${name}` });
const untagged = { imageDigest: `sha256:${'0'.repeat(64)}`, imagePushedAt: 1_767_225_600 };

/** One entry for each manifest, with all its tags. */
function imagesOf(repository: WorldRepository) {
  const tags = [...repository.tags, ...companionTags(repository)];
  const byDigest = Map.groupBy(tags, ({ digest }) => digest);
  return [...byDigest.values()].map((same) => ({
    registryId: '123456789012',
    repositoryName: repository.name,
    imageDigest: same[0]?.digest,
    imageTags: same.map(({ name }) => name),
    imageSizeInBytes: 4_096,
    imagePushedAt: (same[0]?.pushedAt.getTime() ?? 0) / 1_000,
    imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactMediaType: 'application/vnd.oci.image.config.v1+json',
    imageStatus: 'ACTIVE',
  }));
}

/** The token is where the next page begins, as nobody should know. */
function page(name: string, items: readonly unknown[], { maxResults = 100, nextToken }: Asked): VendorAnswer {
  const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  const to = from + maxResults;
  const next = to < items.length ? { nextToken: Buffer.from(String(to)).toString('base64') } : {};
  return { status: 200, body: { [name]: items.slice(from, to), ...next } };
}
