import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { parsePairs } from './parse-pairs.ts';

test.each([
  ['', []],
  ['a=1', [['a', '1']]],
  [
    'a=1&&b=',
    [
      ['a', '1'],
      ['b', ''],
    ],
  ],
  ['a=x+y%20z', [['a', 'x y z']]],
  ['a=b=c', [['a', 'b=c']]],
  ['a=%E6%9C%AA', [['a', '未']]],
  ['Filters.0.Values.0=%2B', [['Filters.0.Values.0', '+']]],
  ['=v', [['', 'v']]],
])('%j', (text, expected) => {
  expect(parsePairs(text)).toEqual(expected);
});

test.each([
  ['a', 'Url key and value should be splited by `=`.'],
  ['a=1&b', 'Url key and value should be splited by `=`.'],
  ['a=%', 'The parameter `%` is not valid percent-encoded UTF-8.'],
  ['a=%ff', 'The parameter `%ff` is not valid percent-encoded UTF-8.'],
  ['%zz=a', 'The parameter `%zz` is not valid percent-encoded UTF-8.'],
])('%j is refused', (text, message) => {
  expect(() => parsePairs(text)).toThrow(message);
});

test('a million pairs are refused without being read', () => {
  expect(() => parsePairs('a=1&'.repeat(1_000_000))).toThrow('more than 50000 parameters');
});

test('what any client encodes comes back', () => {
  const pair = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
  const encodings = [
    (pairs: readonly (readonly [string, string])[]) =>
      new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString(),
    (pairs: readonly (readonly [string, string])[]) =>
      pairs.map((each) => each.map(encodeURIComponent).join('=')).join('&'),
  ];
  fc.assert(
    fc.property(fc.array(pair), fc.constantFrom(...encodings), (pairs, encode) => {
      expect(parsePairs(encode(pairs))).toEqual(pairs);
    }),
  );
});

test('whatever the text, it is read or refused as a client error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parsePairs(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
  );
});
