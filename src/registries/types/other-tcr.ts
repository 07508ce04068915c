import type { RegistryType } from '../registry-client.ts';
import { connectTcr } from '../tencent/connect-tcr.ts';

export const otherTcr = {
  name: 'other-tcr',
  description: 'Tencent TCR Enterprise of another account, in the same ways as tcr.',
  connect: connectTcr,
} as const satisfies RegistryType;
