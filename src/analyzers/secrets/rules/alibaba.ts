import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://www.alibabacloud.com/help/ram/user-guide/create-an-accesskey-pair */
export const alibaba: SecretFamily = [
  {
    id: 'alibaba-access-key-id',
    title: 'Alibaba Cloud AccessKey ID',
    severity: 'high',
    keywords: ['LTAI'],
    pattern: /(?<![A-Za-z0-9])(?<secret>LTAI[A-Za-z0-9]{12,20})(?![A-Za-z0-9])/,
    entropy: 3,
    sample: (random) => `LTAI${random.base62(20)}`,
    nearMisses: ['LTAI', `LTAI${'x'.repeat(20)}`],
  },
  {
    id: 'alibaba-access-key-secret',
    title: 'Alibaba Cloud AccessKey secret',
    severity: 'critical',
    keywords: ['alibaba', 'aliyun', 'alicloud', 'accesskeysecret', 'access_key_secret'],
    pattern: assigned('(?:alibaba|aliyun|alicloud|accesskeysecret|access_key_secret)', '[A-Za-z0-9]{30}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `ALIBABA_CLOUD_ACCESS_KEY_SECRET=${random.base62(30)}`,
    nearMisses: [
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET=short',
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET=$ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      `ALIBABA_CLOUD_ACCESS_KEY_SECRET: ${'x'.repeat(40)}`,
    ],
  },
];
