import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const docker = {
  name: 'docker',
  description: 'Any registry that speaks the Docker or OCI distribution protocol and offers a catalog.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
