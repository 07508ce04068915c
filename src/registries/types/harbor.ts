import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const harbor = {
  name: 'harbor',
  description:
    'Harbor, over the distribution protocol; listing needs a system administrator until its own API is spoken.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
