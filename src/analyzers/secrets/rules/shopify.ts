import type { SecretFamily } from '../secret-rule.ts';

/** https://shopify.dev/docs/apps/build/authentication-authorization */
export const shopify: SecretFamily = [
  {
    id: 'shopify-token',
    title: 'Shopify access token or shared secret',
    severity: 'critical',
    keywords: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_'],
    pattern: /(?<secret>shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32})(?![A-Za-z0-9])/,
    sample: (random) => `shpat_${random.hex(32)}`,
    nearMisses: ['shpat_short', `shpat_${'a'.repeat(32)}`],
  },
];
