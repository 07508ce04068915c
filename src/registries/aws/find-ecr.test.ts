import { expect, test } from 'vitest';
import { findEcr } from './find-ecr.ts';

test.for([
  ['https://123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'https://api.ecr.eu-west-1.amazonaws.com/', 'eu-west-1'],
  [
    'https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/v2/',
    'https://api.ecr.cn-north-1.amazonaws.com.cn/',
    'cn-north-1',
  ],
  [
    'https://123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
    'https://ecr-fips.us-gov-west-1.amazonaws.com/',
    'us-gov-west-1',
  ],
  ['https://123456789012.dkr-ecr.eu-west-1.on.aws', 'https://ecr.eu-west-1.api.aws/', 'eu-west-1'],
] as const)('%s is spoken to at %s', ([url, api, region]) => {
  expect(findEcr({ url, region: 'default' })).toEqual({ url: new URL(api), region, accountId: '123456789012' });
});

test('a proxy of its own name passes the API on at its root, in the region that is set', () => {
  const url = 'https://ecr.corp.example/mirror';

  expect(findEcr({ url, region: 'eu-west-1' })).toEqual({
    url: new URL('https://ecr.corp.example/'),
    region: 'eu-west-1',
  });
  expect(findEcr({ url, region: 'default' })).toBeUndefined();
  expect(findEcr({ url: 'https://1234.dkr.ecr.eu-west-1.amazonaws.com.evil.example' })).toBeUndefined();
});
