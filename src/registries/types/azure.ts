import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const azure = {
  name: 'azure',
  description:
    'Azure Container Registry, over the distribution protocol with an admin user or service principal. Its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
