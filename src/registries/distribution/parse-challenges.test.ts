import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './parse-challenges.ts';

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each<[string, string, unknown]>([
  ['nothing', '', []],
  ['Basic', 'Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
  [
    'Bearer as Docker Hub writes it',
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull,push"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/alpine:pull,push',
        },
      ],
    ],
  ],
  [
    'two challenges in one header',
    'Bearer realm="https://a/t", service="s", Basic realm="b"',
    [
      ['bearer', { realm: 'https://a/t', service: 's' }],
      ['basic', { realm: 'b' }],
    ],
  ],
  [
    'a token68 before another challenge',
    'Negotiate YWJj==, Basic realm="b"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'b' }],
    ],
  ],
  ['odd spacing and case', '  bEaReR   ReAlM = "x" ,, , service=y', [['bearer', { realm: 'x', service: 'y' }]]],
  ['escapes', 'Basic realm="a \\"b\\" \\\\c"', [['basic', { realm: 'a "b" \\c' }]]],
  ['bare values', 'Bearer realm=https://a/t?x=1,service=s', [['bearer', { realm: 'https://a/t?x=1', service: 's' }]]],
  ['a realm given twice: the first counts', 'Bearer realm="a",realm="b"', [['bearer', { realm: 'a' }]]],
  ['a parameter named like a prototype', 'Bearer __proto__="a"', [['bearer', JSON.parse('{"__proto__":"a"}')]]],
  ['an unclosed quote', 'Bearer realm="a', [['bearer', {}]]],
  ['a parameter without scheme', 'realm="a"', []],
])('%s', (_, header, expected) => {
  expect(read(header)).toEqual(expected);
});

test('any header is read without a throw, and within its limits', () => {
  const header = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'aB =",\\;/:-\t'), maxLength: 500 }));
  fc.assert(
    fc.property(header, (text) => {
      expect(parseChallenges(text).length).toBeLessThanOrEqual(16);
    }),
  );
  expect(parseChallenges('a,'.repeat(100_000)).length).toBe(16);
  expect(parseChallenges(`Bearer realm="${'\\"'.repeat(1_000_000)}"`)).toHaveLength(1);
});

test('what was written reads back the same', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  const challenge = fc.record({ scheme: name, parameters: fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }) });
  fc.assert(
    fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
      const header = challenges
        .map(({ scheme, parameters }) => {
          const pairs = Object.entries(parameters).map(([key, text]) => `${key}="${text.replace(/["\\]/g, '\\$&')}"`);
          return `${scheme} ${pairs.join(', ')}`;
        })
        .join(', ');

      expect(read(header)).toEqual(challenges.map(({ scheme, parameters }) => [scheme, { ...parameters }]));
    }),
  );
});
