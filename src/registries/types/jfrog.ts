import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const jfrog = {
  name: 'jfrog',
  description:
    'JFrog Artifactory, over the distribution protocol; give the address of one Docker repository. Its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
