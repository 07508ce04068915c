import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signTc3 } from './sign-tc3.ts';

type Sdk = typeof import('tencentcloud-sdk-nodejs/tencentcloud/common/sign.js', { with: {
  'resolution-mode': 'import',
}});
const sdk = createRequire(import.meta.url)('tencentcloud-sdk-nodejs/tencentcloud/common/sign.js') as Sdk;

test('the published example', () => {
  const request = {
    host: 'cvm.tencentcloudapi.com',
    contentType: 'application/json; charset=utf-8',
    body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    service: 'cvm',
    timestamp: 1_551_113_065,
  };

  const header = signTc3(request, { secretId: 'AKID', secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE' });

  expect(header).toBe(
    'TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  );
});

test('the official SDK signs the same', () => {
  const call = fc.record({
    repository: fc.string({ unit: 'grapheme' }),
    secretKey: fc.string({ minLength: 1 }),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000 }),
    service: fc.constantFrom('tcr', 'cvm'),
  });

  fc.assert(
    fc.property(call, ({ repository, secretKey, timestamp, service }) => {
      const contentType = 'application/json';
      const body = JSON.stringify({ RepositoryName: repository, Limit: 100 });
      const host = `${service}.tencentcloudapi.com`;
      const theirs = sdk.default.sign3({
        method: 'POST',
        url: `https://${host}`,
        payload: Buffer.from(body),
        multipart: false,
        boundary: '',
        timestamp,
        service,
        secretId: 'AKID',
        secretKey,
        headers: { 'Content-Type': contentType },
      });

      const ours = signTc3({ host, contentType, body, service, timestamp }, { secretId: 'AKID', secretKey });

      expect(ours).toBe(theirs);
    }),
  );
});
