import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://www.tencentcloud.com/document/product/598/34228 */
export const tencent: SecretFamily = [
  {
    id: 'tencent-secret-id',
    title: 'Tencent Cloud SecretId',
    severity: 'high',
    keywords: ['AKID'],
    pattern: /(?<![A-Za-z0-9])(?<secret>AKID[A-Za-z0-9]{32})(?![A-Za-z0-9])/,
    entropy: 3.5,
    sample: (random) => `AKID${random.base62(32)}`,
    nearMisses: ['AKIDshort', `AKID${'x'.repeat(32)}`],
  },
  {
    id: 'tencent-secret-key',
    title: 'Tencent Cloud SecretKey',
    severity: 'critical',
    keywords: ['tencentcloud', 'tencent', 'qcloud', 'secretkey', 'secret_key'],
    pattern: assigned('(?:tencentcloud|tencent|qcloud|secretkey|secret_key)', '[A-Za-z0-9]{32}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `TENCENTCLOUD_SECRET_KEY=${random.base62(32)}`,
    nearMisses: [
      'TENCENTCLOUD_SECRET_KEY=short',
      'TENCENTCLOUD_SECRET_KEY=$TENCENTCLOUD_SECRET_KEY',
      `TENCENTCLOUD_SECRET_KEY: ${'x'.repeat(40)}`,
    ],
  },
];
