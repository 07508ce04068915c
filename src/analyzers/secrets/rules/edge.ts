import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://developers.cloudflare.com/fundamentals/api/get-started/keys/ and other content delivery networks */
export const edge: SecretFamily = [
  {
    id: 'cloudflare-api-token',
    title: 'Cloudflare API token',
    severity: 'critical',
    keywords: ['cloudflare', 'cf_api'],
    pattern: assigned('(?:cloudflare|cf_api)', '[A-Za-z0-9_-]{40}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `CLOUDFLARE_API_TOKEN=${random.base62(40)}`,
    nearMisses: [
      'CLOUDFLARE_API_TOKEN=short',
      'CLOUDFLARE_API_TOKEN=$CLOUDFLARE_API_TOKEN',
      `CLOUDFLARE_API_TOKEN: ${'x'.repeat(40)}`,
    ],
  },
  {
    id: 'cloudflare-global-key',
    title: 'Cloudflare global API key',
    severity: 'critical',
    keywords: ['cloudflare', 'cf_api'],
    pattern: assigned('(?:cloudflare|cf_api)', '[0-9a-f]{37}'),
    entropy: 3,
    sample: (random) => `CLOUDFLARE_API_KEY=${random.hex(37)}`,
    nearMisses: [
      'CLOUDFLARE_API_KEY=short',
      'CLOUDFLARE_API_KEY=$CLOUDFLARE_API_KEY',
      `CLOUDFLARE_API_KEY: ${'x'.repeat(40)}`,
    ],
  },
  {
    id: 'cloudflare-origin-ca-key',
    title: 'Cloudflare origin CA key',
    severity: 'critical',
    keywords: ['v1.0-'],
    pattern: /(?<![A-Za-z0-9])(?<secret>v1\.0-[0-9a-f]{24}-[0-9a-f]{140,150})(?![A-Za-z0-9])/,
    sample: (random) => `v1.0-${random.hex(24)}-${random.hex(146)}`,
    nearMisses: ['v1.0-alpha', `v1.0-${'a'.repeat(24)}-${'a'.repeat(146)}`],
  },
  {
    id: 'fastly-token',
    title: 'Fastly API token',
    severity: 'high',
    keywords: ['fastly'],
    pattern: assigned('fastly', '[A-Za-z0-9_-]{32}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `FASTLY_API_TOKEN=${random.base62(32)}`,
    nearMisses: ['FASTLY_API_TOKEN=short', 'FASTLY_API_TOKEN=$FASTLY_API_TOKEN', `FASTLY_API_TOKEN: ${'x'.repeat(40)}`],
  },
  {
    id: 'akamai-credentials',
    title: 'Akamai EdgeGrid credentials',
    severity: 'high',
    keywords: ['akab-'],
    pattern: /(?<![A-Za-z0-9])(?<secret>akab-[a-z0-9]{16}-[a-z0-9]{16})(?![A-Za-z0-9-])/,
    entropy: 3,
    sample: (random) => `client_token = akab-${random.base36(16)}-${random.base36(16)}`,
    nearMisses: ['akab-short', `akab-${'x'.repeat(16)}-${'x'.repeat(16)}`],
  },
  {
    id: 'ngrok-token',
    title: 'ngrok agent token',
    severity: 'medium',
    keywords: ['ngrok'],
    pattern:
      /ngrok[\w.-]{0,20}\\{0,2}["']{0,2}[ \t]{0,4}[=:][ \t]{0,4}["']?(?<secret>[0-9A-Za-z]{27}_[0-9A-Za-z]{20,24})(?![A-Za-z0-9_])/i,
    sample: (random) => `NGROK_AUTHTOKEN=${random.base62(27)}_${random.base62(21)}`,
    nearMisses: ['NGROK_AUTHTOKEN=<token>', `NGROK_AUTHTOKEN=${'x'.repeat(27)}_${'x'.repeat(21)}`],
  },
];
