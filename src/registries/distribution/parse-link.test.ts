import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNextLink } from './parse-link.ts';

test.each([
  ['</v2/_catalog?last=team%2Fapp&n=1>; rel="next"', '/v2/_catalog?last=team%2Fapp&n=1'],
  ['<https://r.example.com/v2/_catalog?last=b>;rel=next', 'https://r.example.com/v2/_catalog?last=b'],
  ['</a>; rel="prev", </b?x=1,2>; rel="next"', '/b?x=1,2'],
  ['</a>; title="x"; rel="first next"', '/a'],
  ['</a>; REL="Next"', '/a'],
  ['</a>; rel="nextish"', undefined],
  ['</a>; rel="prev"', undefined],
  ['/a; rel="next"', undefined],
  ['', undefined],
])('%j leads to %j', (header, expected) => {
  expect(parseNextLink(header)).toBe(expected);
});

test('any header is read without a throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'<>;="relnxt ,/'), maxLength: 300 }),
      (text) => void parseNextLink(text),
    ),
  );
});
