import { isSignedToken } from '../is-signed-token.ts';
import type { SampleRandom } from '../sample-random.ts';
import type { SecretFamily } from '../secret-rule.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object, random: SampleRandom) =>
  `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}.${random.base64url(43)}`;

/** https://www.rfc-editor.org/rfc/rfc7519 and the tokens of Kubernetes service accounts, which say who issued them. */
export const jsonWebToken: SecretFamily = [
  {
    id: 'json-web-token',
    title: 'JSON web token',
    severity: 'medium',
    keywords: ['eyJ'],
    pattern:
      /(?<![A-Za-z0-9_.-])(?<secret>eyJ[A-Za-z0-9_-]{10,800}\.eyJ[A-Za-z0-9_-]{10,3000}\.[A-Za-z0-9_-]{20,800})(?![A-Za-z0-9_-])/,
    reach: 4_700,
    anyShape: true,
    check: isSignedToken,
    sample: (random) => token({ sub: random.digits(12), jti: random.uuid() }, random),
    nearMisses: [
      'eyJ',
      'eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
      [
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
        'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ',
        'x'.repeat(43),
      ].join('.'),
    ],
  },
];
