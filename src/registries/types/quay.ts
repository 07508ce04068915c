import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const quay = {
  name: 'quay',
  description: 'Quay, over the distribution protocol; its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
