import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/ */
export const bitbucket: SecretFamily = [
  {
    id: 'bitbucket-app-password',
    title: 'Bitbucket app password',
    severity: 'high',
    keywords: ['ATBB'],
    pattern: /(?<![A-Za-z0-9])(?<secret>ATBB[A-Za-z0-9]{32})(?![A-Za-z0-9])/,
    entropy: 3,
    sample: (random) => `ATBB${random.base62(24)}${random.hex(8).toUpperCase()}`,
    nearMisses: ['ATBB', `ATBB${'x'.repeat(32)}`],
  },
  {
    id: 'bitbucket-client-secret',
    title: 'Bitbucket OAuth consumer secret',
    severity: 'high',
    keywords: ['bitbucket'],
    pattern: assigned('bitbucket', '[A-Za-z0-9_-]{32,64}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `BITBUCKET_CLIENT_SECRET=${random.base62(32)}`,
    nearMisses: [
      'BITBUCKET_CLIENT_SECRET=short',
      'BITBUCKET_CLIENT_SECRET=$BITBUCKET_CLIENT_SECRET',
      `BITBUCKET_CLIENT_SECRET: ${'x'.repeat(40)}`,
    ],
  },
];
