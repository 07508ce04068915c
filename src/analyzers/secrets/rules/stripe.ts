import type { SecretFamily } from '../secret-rule.ts';

/** https://docs.stripe.com/keys */
export const stripe: SecretFamily = [
  {
    id: 'stripe-live-key',
    title: 'Stripe live secret or restricted key',
    severity: 'critical',
    keywords: ['sk_live_', 'rk_live_'],
    pattern: /(?<secret>[sr]k_live_[A-Za-z0-9]{20,247})(?![A-Za-z0-9])/,
    entropy: 3,
    sample: (random) => `sk_live_${random.base62(24)}`,
    nearMisses: ['sk_live_', `sk_live_${'x'.repeat(24)}`],
  },
  {
    id: 'stripe-test-key',
    title: 'Stripe test secret or restricted key',
    severity: 'low',
    keywords: ['sk_test_', 'rk_test_'],
    pattern: /(?<secret>[sr]k_test_[A-Za-z0-9]{20,247})(?![A-Za-z0-9])/,
    entropy: 3,
    sample: (random) => `sk_test_${random.base62(24)}`,
    nearMisses: ['sk_test_your_key', `sk_test_${'x'.repeat(24)}`],
  },
  {
    id: 'stripe-webhook-secret',
    title: 'Stripe webhook signing secret',
    severity: 'medium',
    keywords: ['whsec_'],
    pattern: /(?<secret>whsec_[A-Za-z0-9+/]{32,64})(?![A-Za-z0-9])/,
    entropy: 3.5,
    sample: (random) => `whsec_${random.base62(32)}`,
    nearMisses: ['whsec_short', `whsec_${'x'.repeat(32)}`],
  },
];
