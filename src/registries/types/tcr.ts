import type { RegistryType } from '../registry-client.ts';
import { connectTcr } from '../tencent/connect-tcr.ts';

export const tcr = {
  name: 'tcr',
  description:
    'Tencent TCR Enterprise by its own API with a key of Tencent Cloud; with an access credential of the instance by its catalog.',
  connect: connectTcr,
} as const satisfies RegistryType;
