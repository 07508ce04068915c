import type { SecretFamily } from '../secret-rule.ts';

/** https://api.slack.com/concepts/token-types */
export const slack: SecretFamily = [
  {
    id: 'slack-bot-token',
    title: 'Slack bot token',
    severity: 'critical',
    keywords: ['xoxb-'],
    pattern: /(?<secret>xoxb-[0-9]{10,13}-[0-9A-Za-z-]{20,80})(?![A-Za-z0-9-])/,
    sample: (random) => `xoxb-${random.digits(12)}-${random.digits(12)}-${random.base62(24)}`,
    nearMisses: ['xoxb-your-token', `xoxb-${'1'.repeat(12)}-${'1'.repeat(12)}-${'x'.repeat(24)}`],
  },
  {
    id: 'slack-user-token',
    title: 'Slack user token',
    severity: 'critical',
    keywords: ['xoxp-', 'xoxe-', 'xoxe.'],
    pattern: /(?<secret>(?:xoxe\.)?xox[pe]-[0-9A-Za-z-]{40,250})(?![A-Za-z0-9-])/,
    before: 5,
    sample: (random) => `xoxp-${random.digits(12)}-${random.digits(12)}-${random.digits(13)}-${random.hex(32)}`,
    nearMisses: ['xoxp-your-token', `xoxp-${'x'.repeat(60)}`],
  },
  {
    id: 'slack-legacy-token',
    title: 'Slack legacy, workspace or session token',
    severity: 'high',
    keywords: ['xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxc-', 'xoxd-'],
    pattern: /(?<secret>xox[aorscd]-(?:[0-9]-)?[0-9A-Za-z%-]{20,250})(?![A-Za-z0-9-])/,
    entropy: 2.8,
    sample: (random) => `xoxa-2-${random.digits(12)}-${random.digits(12)}-${random.hex(32)}`,
    nearMisses: ['xoxa-short', `xoxa-${'x'.repeat(60)}`],
  },
  {
    id: 'slack-app-token',
    title: 'Slack app-level token',
    severity: 'critical',
    keywords: ['xapp-'],
    pattern: /(?<secret>xapp-[0-9]-[A-Z0-9]{9,13}-[0-9]{10,14}-[0-9a-f]{64})(?![A-Za-z0-9])/,
    sample: (random) => `xapp-1-A${random.upper36(10)}-${random.digits(13)}-${random.hex(64)}`,
    nearMisses: ['xapp-1-short'],
  },
  {
    id: 'slack-webhook',
    title: 'Slack incoming webhook',
    severity: 'high',
    keywords: ['hooks.slack.com/'],
    pattern:
      /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[A-Z0-9]{8,12}\/[A-Za-z0-9]{8,20}\/[A-Za-z0-9]{20,64})/,
    sample: (random) =>
      `https://hooks.slack.com/services/T${random.upper36(9)}/B${random.upper36(10)}/${random.base62(24)}`,
    nearMisses: [
      `https://hooks.slack.com/services/T00000000/B00000000/${'X'.repeat(24)}`,
      'https://hooks.slack.com/services/',
    ],
  },
];
