import { z } from 'zod';
import { AppError } from '../../model/app-error.ts';
import type { RegistrySettings } from '../../model/registry.ts';
import { classifyTag } from '../../oci/classify.ts';
import { createEcrApi, type EcrApi } from '../aws/create-ecr-api.ts';
import { findEcr } from '../aws/find-ecr.ts';
import { parseAwsCredentials } from '../aws/parse-aws-credentials.ts';
import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import { openSession, type Session, type SessionDeps } from '../distribution/open-session.ts';
import type { ListedTag, NetworkPolicy, RegistryClient, RegistryType } from '../registry-client.ts';
import { createVendorClient } from '../vendor/create-vendor-client.ts';
import { listPages } from '../vendor/list-pages.ts';
import { toListedTag } from '../vendor/to-listed-tag.ts';

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html: 100 by default, 1000 at most.
const PAGE_SIZE = 1_000;

const Repositories = z.object({
  repositories: z.array(z.object({ repositoryName: z.string() })),
  nextToken: z.string().nullish(),
});
/** Times in seconds since 1970. */
const Images = z.object({
  imageDetails: z.array(
    z.object({
      imageDigest: z.string(),
      imageTags: z.array(z.string()).nullish(),
      imagePushedAt: z.number().nullish(),
      artifactMediaType: z.string().nullish(),
      imageStatus: z.string().nullish(),
    }),
  ),
  nextToken: z.string().nullish(),
});
type Image = z.infer<typeof Images>['imageDetails'][number];

/**
 * Amazon ECR with an access key: repositories, tags, digests and times of push by its API, and a password for the distribution,
 * renewed before its 12 hours are over. Other accounts, `AWS` with a login password, see the distribution alone.
 * @throws AppError `connection-failed` when nothing tells the region
 */
function connect(settings: RegistrySettings, network: NetworkPolicy, deps: SessionDeps = {}): RegistryClient {
  const credentials = parseAwsCredentials(settings);
  if (credentials === undefined) return createDistributionClient(settings, network, deps);
  const address = findEcr(settings);
  if (address === undefined) {
    throw new AppError(
      'connection-failed',
      `${settings.url} does not tell the AWS region it is in. Use <account>.dkr.ecr.<region>.amazonaws.com, or set the region of the registry.`,
    );
  }
  const api = createEcrApi(address, credentials);
  const session = openSession(settings, network, { ...deps, login: api.login });
  return createVendorClient(session, {
    name: "ECR's API",
    repositories: (signal) => listRepositories(session, api, signal),
    tags: (repository, signal) => listTags(session, api, repository, signal),
  });
}

function listRepositories(session: Session, api: EcrApi, signal: AbortSignal): AsyncGenerator<string> {
  const page = (nextToken?: string) => api.call('DescribeRepositories', { maxResults: PAGE_SIZE, nextToken });
  return listPages(
    session,
    {
      first: page(),
      schema: Repositories,
      items: ({ repositories }) => repositories.map(({ repositoryName }) => repositoryName),
      next: ({ nextToken }) => (nextToken ? page(nextToken) : undefined),
    },
    signal,
  );
}

function listTags(
  session: Session,
  api: EcrApi,
  repositoryName: string,
  signal: AbortSignal,
): AsyncGenerator<ListedTag> {
  // Without it, archived images are left out in silence.
  const filter = { tagStatus: 'TAGGED', imageStatus: 'ANY' };
  const page = (nextToken?: string) =>
    api.call('DescribeImages', { repositoryName, filter, maxResults: PAGE_SIZE, nextToken });
  return listPages(
    session,
    {
      first: page(),
      schema: Images,
      items: ({ imageDetails }) => imageDetails.flatMap((image) => toListedTags(session, image)),
      next: ({ nextToken }) => (nextToken ? page(nextToken) : undefined),
    },
    signal,
  );
}

function toListedTags(session: Session, image: Image): readonly ListedTag[] {
  const { imageDigest: digest, imagePushedAt, artifactMediaType, imageStatus } = image;
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html
  const isArchived = imageStatus === 'ARCHIVED' || imageStatus === 'ACTIVATING';
  if (isArchived) session.warn('Archived images of ECR cannot be pulled: they are counted as unreadable.');
  const isChart = artifactMediaType?.includes('helm');
  const known = isArchived ? 'unreadable' : isChart ? 'chart' : undefined;
  const pushedAt = imagePushedAt == null ? undefined : imagePushedAt * 1_000;
  return (image.imageTags ?? []).map((name) =>
    toListedTag({ name, digest, pushedAt, skipped: known ?? classifyTag(name) }),
  );
}

export const aws = {
  name: 'aws',
  description: 'Amazon ECR by its own API with an access key; with user AWS and a login password by its catalog.',
  connect,
} as const satisfies RegistryType;
