import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const tcr = {
  name: 'tcr',
  description:
    'Tencent TCR Enterprise, over the distribution protocol with an access credential. Its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
