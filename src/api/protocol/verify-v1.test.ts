import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pair } from './parse-pairs.ts';
import { verifyV1 } from './verify-v1.ts';

// Published with the description of the older signature scheme.
const secretKey = 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE';
const pairs: readonly Pair[] = [
  ['Version', '2017-03-12'],
  ['Action', 'DescribeInstances'],
  ['InstanceIds.0', 'ins-09dx96dg'],
  ['Limit', '20'],
  ['Nonce', '11886'],
  ['Offset', '0'],
  ['Region', 'ap-guangzhou'],
  ['SecretId', 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE'],
  ['Timestamp', '1465185768'],
  ['Signature', 'is left out'],
];
const request = { method: 'GET', host: 'cvm.tencentcloudapi.com', pairs };
const sha1 = 'EliP9YW3pW28FpsEdkXt/+WcGeI=';
const sha256 = 'bR/zQ3QqOmcEYeRv71IzG/NxfisUDgy9cqRMQC+UB5g=';

test('the published signatures are verified', () => {
  expect(verifyV1(request, 'HmacSHA1', sha1, secretKey)).toBe(true);
  expect(verifyV1(request, 'HmacSHA256', sha256, secretKey)).toBe(true);
});

test('a signature of the other method is refused', () => {
  expect(verifyV1(request, 'HmacSHA1', sha256, secretKey)).toBe(false);
  expect(verifyV1(request, 'HmacSHA256', sha1, secretKey)).toBe(false);
});

test.each([
  ['another method', { ...request, method: 'POST' }],
  ['another host', { ...request, host: 'cvm.example.com' }],
  ['one parameter less', { ...request, pairs: pairs.slice(1) }],
  ['one parameter more', { ...request, pairs: [...pairs, ['A', 'b'] as const] }],
  ['another value', { ...request, pairs: pairs.map(([name, value]) => [name, value.replace('20', '21')] as const) }],
])('%s is refused', (_, changed) => {
  expect(verifyV1(changed, 'HmacSHA1', sha1, secretKey)).toBe(false);
});

test.each(['', 'x', `${sha1} `, sha1.replace('9', '8'), sha1.slice(0, -1), `${sha1.slice(0, -2)}J=`, sha256])(
  'the signature %j is refused',
  (signature) => {
    expect(verifyV1(request, 'HmacSHA1', signature, secretKey)).toBe(false);
  },
);

test('the host is taken with and without its port', () => {
  const sign = (host: string) =>
    createHmac('sha256', secretKey).update(`POST${host}/?Action=A&Nonce=1`).digest('base64');
  const sent = {
    method: 'POST',
    host: 'localhost:9000',
    pairs: [
      ['Nonce', '1'],
      ['Action', 'A'],
    ] satisfies Pair[],
  };

  expect(verifyV1(sent, 'HmacSHA256', sign('localhost:9000'), secretKey)).toBe(true);
  expect(verifyV1(sent, 'HmacSHA256', sign('localhost'), secretKey)).toBe(true);
});

test('any change of a value is refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (signed, sent) => {
      const signature = createHmac('sha256', secretKey).update(`GETh/?Nonce=${signed}`).digest('base64');

      expect(verifyV1({ method: 'GET', host: 'h', pairs: [['Nonce', sent]] }, 'HmacSHA256', signature, secretKey)).toBe(
        signed === sent,
      );
    }),
  );
});
