import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.digitalocean.com/reference/api/create-personal-access-token/ */
export const digitalocean: SecretFamily = [
  {
    id: 'digitalocean-access-token',
    title: 'DigitalOcean personal access token',
    severity: 'critical',
    keywords: ['dop_v1_'],
    pattern: /(?<secret>dop_v1_[0-9a-f]{64})(?![A-Za-z0-9])/,
    sample: (random) => `dop_v1_${random.hex(64)}`,
    nearMisses: ['dop_v1_short', `dop_v1_${'a'.repeat(64)}`],
  },
  {
    id: 'digitalocean-oauth-token',
    title: 'DigitalOcean OAuth token',
    severity: 'critical',
    keywords: ['doo_v1_'],
    pattern: /(?<secret>doo_v1_[0-9a-f]{64})(?![A-Za-z0-9])/,
    sample: (random) => `doo_v1_${random.hex(64)}`,
    nearMisses: ['doo_v1_short', `doo_v1_${'a'.repeat(64)}`],
  },
  {
    id: 'digitalocean-refresh-token',
    title: 'DigitalOcean refresh token',
    severity: 'critical',
    keywords: ['dor_v1_'],
    pattern: /(?<secret>dor_v1_[0-9a-f]{64})(?![A-Za-z0-9])/,
    sample: (random) => `dor_v1_${random.hex(64)}`,
    nearMisses: ['dor_v1_short', `dor_v1_${'a'.repeat(64)}`],
  },
  {
    id: 'digitalocean-spaces-secret',
    title: 'DigitalOcean Spaces secret key',
    severity: 'high',
    keywords: ['spaces_secret', 'spaces_access'],
    pattern: assigned('(?:spaces_secret|spaces_access)', '[A-Za-z0-9/+]{43}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `SPACES_SECRET_ACCESS_KEY=${random.base64(43)}`,
    nearMisses: [
      'SPACES_SECRET_ACCESS_KEY=short',
      'SPACES_SECRET_ACCESS_KEY=$SPACES_SECRET_ACCESS_KEY',
      `SPACES_SECRET_ACCESS_KEY: ${'x'.repeat(40)}`,
    ],
  },
];
