import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const ccr = {
  name: 'ccr',
  description:
    'Tencent TCR Personal, over the distribution protocol; it may refuse to list repositories until its own API is spoken.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
