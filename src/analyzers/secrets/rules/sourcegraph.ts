import type { SecretFamily } from '../secret-rule.ts';

/** https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token */
export const sourcegraph: SecretFamily = [
  {
    id: 'sourcegraph-token',
    title: 'Sourcegraph access token',
    severity: 'high',
    keywords: ['sgp_', 'sgd_'],
    pattern: /(?<![A-Za-z0-9])(?<secret>sg[pd]_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40})(?![A-Za-z0-9])/,
    sample: (random) => `sgp_${random.hex(16)}_${random.hex(40)}`,
    nearMisses: ['sgp_0123', `sgp_${'a'.repeat(40)}`],
  },
];
