import { createDistributionClient } from '../distribution/create-distribution-client.ts';
import type { RegistryType } from '../registry-client.ts';

export const otherTcr = {
  name: 'other-tcr',
  description:
    'Tencent TCR of another account, over the distribution protocol with an access credential. Its own API is not spoken yet.',
  connect: createDistributionClient,
} as const satisfies RegistryType;
