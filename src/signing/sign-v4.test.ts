import { expect, test } from 'vitest';
import { type AwsRequest, signV4 } from './sign-v4.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const vanilla: AwsRequest = {
  method: 'GET',
  url: new URL('https://example.amazonaws.com/'),
  headers: {},
  body: '',
  region: 'us-east-1',
  service: 'service',
  at: Date.parse('2015-08-30T12:36:00Z'),
};
const form = 'application/x-www-form-urlencoded';

/** AWS's signature test suite (aws-sig-v4-test-suite), and the example of the general reference. */
const vectors: readonly { what: string; request: AwsRequest; signedHeaders: string; signature: string }[] = [
  {
    what: 'get-vanilla',
    request: vanilla,
    signedHeaders: 'host;x-amz-date',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  {
    what: 'get-vanilla-query-order-key-case',
    request: { ...vanilla, url: new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1') },
    signedHeaders: 'host;x-amz-date',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    what: 'get-header-value-trim',
    request: { ...vanilla, headers: { 'My-Header1': ' value1', 'My-Header2': ' "a   b   c"' } },
    signedHeaders: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    what: 'post-vanilla',
    request: { ...vanilla, method: 'POST' },
    signedHeaders: 'host;x-amz-date',
    signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  },
  {
    what: 'post-x-www-form-urlencoded',
    request: { ...vanilla, method: 'POST', headers: { 'Content-Type': form }, body: 'Param1=value1' },
    signedHeaders: 'content-type;host;x-amz-date',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    what: 'ListUsers of the general reference',
    request: {
      ...vanilla,
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': `${form}; charset=utf-8` },
      service: 'iam',
    },
    signedHeaders: 'content-type;host;x-amz-date',
    signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
];

test.for(vectors)('published vector: $what', ({ request, signedHeaders, signature }) => {
  const headers = signV4(request, credentials);

  const scope = `20150830/us-east-1/${request.service}/aws4_request`;
  expect(headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  );
  expect(headers['x-amz-date']).toBe('20150830T123600Z');
  expect(headers).toMatchObject(request.headers);
});

test('the token of a temporary key is signed as a header (post-sts-header-before)', () => {
  const sessionToken =
    'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

  const { authorization } = signV4({ ...vanilla, method: 'POST' }, { ...credentials, sessionToken });

  expect(authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  );
});
