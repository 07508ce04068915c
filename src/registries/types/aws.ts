import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const aws = {
  name: 'aws',
  description:
    'Amazon ECR, over the distribution protocol with user AWS and a login password, which expires after 12 hours. Its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
