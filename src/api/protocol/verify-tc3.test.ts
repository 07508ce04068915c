import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signTc3 } from '../../signing/sign-tc3.ts';
import { parseAuthorization } from './parse-authorization.ts';
import { type SignedRequest, type SigningKeyCache, verifyTc3 } from './verify-tc3.ts';

const EXAMPLE = 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE';
const STARS = 'Gu5t9xGARNpq86cd98joQYCN3*******';

/** The request of https://www.tencentcloud.com/document/api/1209/56024; the escapes in its body are literal. */
const post: SignedRequest = {
  method: 'POST',
  query: '',
  headers: {
    host: 'cvm.tencentcloudapi.com',
    'content-type': 'application/json; charset=utf-8',
    'x-tc-action': 'DescribeInstances',
  },
  body: Buffer.from('{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'),
};
const get: SignedRequest = {
  method: 'GET',
  query: 'Limit=10&Offset=0',
  headers: { host: 'cvm.tencentcloudapi.com', 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.alloc(0),
};

const noCache: SigningKeyCache = { get: () => undefined, set: () => {} };
const authorize = (date: string, signedHeaders: string, signature: string) =>
  parseAuthorization(
    `TC3-HMAC-SHA256 Credential=AKID/${date}/cvm/tc3_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  );

const vectors = [
  {
    what: 'published: POST with the key …EXAMPLE',
    request: post,
    key: EXAMPLE,
    timestamp: '1551113065',
    date: '2019-02-25',
    signedHeaders: 'content-type;host',
    signature: '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  },
  {
    what: 'published: POST with the key of literal stars',
    request: post,
    key: STARS,
    timestamp: '1551113065',
    date: '2019-02-25',
    signedHeaders: 'content-type;host',
    signature: '2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c',
  },
  {
    what: 'POST with x-tc-action signed in lower case, canonical request published',
    request: post,
    key: EXAMPLE,
    timestamp: '1551113065',
    date: '2019-02-25',
    signedHeaders: 'content-type;host;x-tc-action',
    signature: '644be983de9a8a3f00db8eadaba61467c3b429e2215758ba897b738ca469fd26',
  },
  {
    what: 'POST with x-tc-action and the key of literal stars',
    request: post,
    key: STARS,
    timestamp: '1551113065',
    date: '2019-02-25',
    signedHeaders: 'content-type;host;x-tc-action',
    signature: 'be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3',
  },
  {
    what: 'published: GET',
    request: get,
    key: EXAMPLE,
    timestamp: '1539084154',
    date: '2018-10-09',
    signedHeaders: 'content-type;host',
    signature: '5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474',
  },
] as const;

describe('vectors', () => {
  test.for(vectors)('$what', ({ request, key, timestamp, date, signedHeaders, signature }) => {
    const authorization = authorize(date, signedHeaders, signature);

    expect(verifyTc3(request, authorization, key, timestamp, noCache)).toBe(true);
    expect(verifyTc3(request, authorization, `${key}x`, timestamp, noCache)).toBe(false);
    expect(verifyTc3(request, authorization, key, `${timestamp}0`, noCache)).toBe(false);
  });

  test('the query of a GET is signed as it was sent', () => {
    const [, , , , vector] = vectors;
    const authorization = authorize(vector.date, vector.signedHeaders, vector.signature);

    const reordered = { ...get, query: 'Offset=0&Limit=10' };

    expect(verifyTc3(reordered, authorization, vector.key, vector.timestamp, noCache)).toBe(false);
  });
});

test('the secret is part of what a signing key is cached by', () => {
  const kept = new Map<string, Buffer>();
  const [vector] = vectors;
  const authorization = authorize(vector.date, vector.signedHeaders, vector.signature);

  const first = verifyTc3(post, authorization, EXAMPLE, vector.timestamp, kept);
  const cached = verifyTc3(post, authorization, EXAMPLE, vector.timestamp, kept);
  const replaced = verifyTc3(post, authorization, STARS, vector.timestamp, kept);

  expect([first, cached, replaced]).toEqual([true, true, false]);
  expect(kept.size).toBe(2);
});

test('what our own client signs is valid, and nothing else is', () => {
  const request = fc.record({
    secretKey: fc.string({ minLength: 1 }),
    host: fc.constantFrom('localhost:9460', '127.0.0.1:1', '[::1]:9460', 'tcss.example.com', 'EXAMPLE.com:443'),
    body: fc.string({ unit: 'grapheme' }),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000 }),
    other: fc.string({ unit: 'grapheme', minLength: 1 }),
  });

  fc.assert(
    fc.property(request, ({ secretKey, host, body, timestamp, other }) => {
      const contentType = 'application/json';
      const header = signTc3({ host, contentType, body, service: 'tcss', timestamp }, { secretId: 'AKID', secretKey });
      const verify = (sent: { readonly host: string; readonly body: string }, key = secretKey) =>
        verifyTc3(
          {
            method: 'POST',
            query: '',
            headers: { host: sent.host, 'content-type': contentType },
            body: Buffer.from(sent.body),
          },
          parseAuthorization(header),
          key,
          String(timestamp),
          noCache,
        );

      expect(verify({ host, body })).toBe(true);
      expect(verify({ host, body: body + other })).toBe(false);
      expect(verify({ host: `x${host}`, body })).toBe(false);
      expect(verify({ host, body }, secretKey + other)).toBe(false);
    }),
    { numRuns: 200 },
  );
});
