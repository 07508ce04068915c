import type { SecretFamily } from '../secret-rule.ts';

/** https://cloud.google.com/docs/authentication/api-keys */
export const google: SecretFamily = [
  {
    id: 'google-api-key',
    title: 'Google API key',
    severity: 'high',
    keywords: ['AIza'],
    pattern: /(?<![A-Za-z0-9])(?<secret>AIza[A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/,
    entropy: 3.5,
    sample: (random) => `AIza${random.base64url(35)}`,
    nearMisses: ['AIzaShort', `AIza${'x'.repeat(35)}`],
  },
  {
    id: 'google-oauth-client-secret',
    title: 'Google OAuth client secret',
    severity: 'high',
    keywords: ['GOCSPX-'],
    pattern: /(?<secret>GOCSPX-[A-Za-z0-9_-]{28})(?![A-Za-z0-9_-])/,
    sample: (random) => `GOCSPX-${random.base64url(28)}`,
    nearMisses: ['GOCSPX-short', `GOCSPX-${'x'.repeat(28)}`],
  },
  {
    id: 'google-oauth-access-token',
    title: 'Google OAuth access token',
    severity: 'medium',
    keywords: ['ya29.'],
    pattern: /(?<![A-Za-z0-9])(?<secret>ya29\.[A-Za-z0-9_-]{40,400})(?![A-Za-z0-9_-])/,
    entropy: 3.5,
    sample: (random) => `ya29.${random.base64url(120)}`,
    nearMisses: ['ya29.short', `ya29.${'x'.repeat(60)}`],
  },
  {
    id: 'google-oauth-refresh-token',
    title: 'Google OAuth refresh token',
    severity: 'high',
    keywords: ['1//0'],
    pattern: /(?<![A-Za-z0-9:/])(?<secret>1\/\/0[A-Za-z0-9_-]{60,200})(?![A-Za-z0-9_-])/,
    entropy: 3.5,
    sample: (random) => `1//0${random.base64url(98)}`,
    nearMisses: ['1//0short', `1//0${'x'.repeat(98)}`],
  },
  {
    id: 'gcp-service-account-key',
    title: 'Google Cloud service account key',
    severity: 'critical',
    keywords: ['private_key_id'],
    pattern: /private_key_id\\{0,2}"[ \t]{0,8}:[ \t]{0,8}\\{0,2}"(?<secret>[0-9a-f]{40})\\{0,2}"/,
    sample: (random) => `{"type": "service_account", "private_key_id": "${random.hex(40)}"}`,
    nearMisses: ['"private_key_id": "your-key-id"', `"private_key_id": "${'a'.repeat(40)}"`],
  },
];
