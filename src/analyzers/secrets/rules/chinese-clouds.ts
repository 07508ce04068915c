import { assigned } from '../assigned.ts';
import { mixed } from '../mixed.ts';
import type { SecretFamily } from '../secret-rule.ts';

/** https://support.huaweicloud.com/intl/en-us/usermanual-iam/iam_02_0003.html and https://www.volcengine.com/docs/6291/65568 */
export const chineseClouds: SecretFamily = [
  {
    id: 'huawei-secret-access-key',
    title: 'Huawei Cloud secret access key',
    severity: 'critical',
    keywords: ['huawei', 'hwcloud', 'hws_secret'],
    pattern: assigned('(?:huawei|hwcloud|hws_secret)', '[A-Za-z0-9]{40}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `HUAWEICLOUD_SDK_SK=${random.base62(40)}`,
    nearMisses: [
      'HUAWEICLOUD_SDK_SK=short',
      'HUAWEICLOUD_SDK_SK=$HUAWEICLOUD_SDK_SK',
      `HUAWEICLOUD_SDK_SK: ${'x'.repeat(40)}`,
    ],
  },
  {
    id: 'volcengine-access-key-id',
    title: 'Volcengine access key ID',
    severity: 'high',
    keywords: ['AKLT'],
    pattern: /(?<![A-Za-z0-9])(?<secret>AKLT[A-Za-z0-9]{40,60})(?![A-Za-z0-9])/,
    entropy: 3.5,
    sample: (random) => `AKLT${random.base62(43)}`,
    nearMisses: ['AKLTshort', `AKLT${'x'.repeat(43)}`],
  },
  {
    id: 'baidu-secret-key',
    title: 'Baidu Cloud secret key',
    severity: 'high',
    keywords: ['baidu', 'bce_secret'],
    pattern: assigned('(?:baidu|bce_secret)', '[0-9a-f]{32}'),
    entropy: 3,
    sample: (random) => `BAIDU_SECRET_KEY=${random.hex(32)}`,
    nearMisses: ['BAIDU_SECRET_KEY=short', 'BAIDU_SECRET_KEY=$BAIDU_SECRET_KEY', `BAIDU_SECRET_KEY: ${'x'.repeat(40)}`],
  },
  {
    id: 'feishu-secret',
    title: 'Feishu or Lark application secret',
    severity: 'high',
    keywords: ['feishu', 'lark_'],
    pattern: assigned('(?:feishu|lark_)', '[A-Za-z0-9]{32}'),
    entropy: 3.5,
    check: mixed,
    sample: (random) => `FEISHU_APP_SECRET=${random.base62(32)}`,
    nearMisses: [
      'FEISHU_APP_SECRET=short',
      'FEISHU_APP_SECRET=$FEISHU_APP_SECRET',
      `FEISHU_APP_SECRET: ${'x'.repeat(40)}`,
    ],
  },
  {
    id: 'wechat-secret',
    title: 'WeChat application secret',
    severity: 'high',
    keywords: ['wechat', 'weixin'],
    pattern: assigned('(?:wechat|weixin)', '[0-9a-f]{32}'),
    entropy: 3,
    sample: (random) => `WECHAT_APP_SECRET=${random.hex(32)}`,
    nearMisses: [
      'WECHAT_APP_SECRET=short',
      'WECHAT_APP_SECRET=$WECHAT_APP_SECRET',
      `WECHAT_APP_SECRET: ${'x'.repeat(40)}`,
    ],
  },
];
