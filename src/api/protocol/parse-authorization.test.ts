import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { parseAuthorization } from './parse-authorization.ts';

const signature = 'a'.repeat(64);
const header = (over: { credential?: string; signedHeaders?: string; signature?: string } = {}) =>
  `TC3-HMAC-SHA256 Credential=${over.credential ?? 'AKID/2026-11-25/tcss/tc3_request'}, ` +
  `SignedHeaders=${over.signedHeaders ?? 'content-type;host'}, Signature=${over.signature ?? signature}`;

test('the parts of a header are told apart', () => {
  expect(parseAuthorization(header())).toEqual({
    secretId: 'AKID',
    date: '2026-11-25',
    service: 'tcss',
    signedHeaders: ['content-type', 'host'],
    signature,
  });
});

test.for(['127', 'localhost:9000', 'tcss.example.com', 'a/b'])('the service may be %s', (service) => {
  expect(parseAuthorization(header({ credential: `AKID/2026-11-25/${service}/tc3_request` })).service).toBe(service);
});

test('names and the signature are lower case afterwards, blanks around commas do not matter', () => {
  const text = header({ signedHeaders: 'Content-Type;HOST', signature: signature.toUpperCase() });

  const parsed = parseAuthorization(` ${text.replaceAll(', ', ' ,')} `);

  expect(parsed).toMatchObject({ signedHeaders: ['content-type', 'host'], signature });
});

const malformed: Readonly<Record<string, string>> = {
  nothing: '',
  'another scheme': 'Bearer abc',
  'the marker of an unsigned call': 'SKIP',
  'an older algorithm': header().replace('TC3-HMAC-SHA256', 'HmacSHA256'),
  'a SecretId with a slash': header({ credential: 'A/B' }),
  'no SecretId': header({ credential: '/2026-11-25/tcss/tc3_request' }),
  'another end of the scope': header({ credential: 'AKID/2026-11-25/tcss/tc2_request' }),
  'a date in another shape': header({ credential: 'AKID/20261125/tcss/tc3_request' }),
  'a signature with other letters': header({ signature: 'g'.repeat(64) }),
  'a signature that is too long': header({ signature: `${signature}a` }),
  'something behind the signature': `${header()}, Extra=1`,
  'two lines': `${header()}\n${header()}`,
  'no signed headers': header({ signedHeaders: '' }),
  'signed headers without the host': header({ signedHeaders: 'content-type' }),
  'signed headers without the content type': header({ signedHeaders: 'host;x-tc-action' }),
  'more than any client sends': header({ credential: `${'A'.repeat(2_000)}/2026-11-25/tcss/tc3_request` }),
};
test.for(Object.entries(malformed))('%s is refused', ([, text]) => {
  expect(() => parseAuthorization(text)).toThrow(
    expect.objectContaining({ name: 'ApiError', code: 'AuthFailure.InvalidAuthorization' }),
  );
});

test('any text is read or refused, and what is read has the shape that verification relies on', () => {
  const piece = fc.oneof(
    fc.constantFrom('TC3-HMAC-SHA256 ', 'Credential=', 'SignedHeaders=', 'Signature=', ', ', '/', ';', 'tc3_request'),
    fc.constantFrom('2026-11-25', 'content-type;host', signature, header()),
    fc.string(),
  );

  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        const parsed = parseAuthorization(pieces.join(''));
        expect(parsed.signature).toMatch(/^[0-9a-f]{64}$/);
        expect(parsed.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        expect(parsed.signedHeaders).toEqual(expect.arrayContaining(['content-type', 'host']));
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
  );
});
