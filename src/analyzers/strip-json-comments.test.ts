import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stripJsonComments } from './strip-json-comments.ts';

test.each([
  ['{"a": [1, 2,], }', { a: [1, 2] }],
  ['[1, // one\n 2, /* two, ] */ ]', [1, 2]],
  ['["//", "/* */", ",]", "\\",]",]', ['//', '/* */', ',]', '",]']],
  ['{}', {}],
])('%j', (text, value) => {
  expect(JSON.parse(stripJsonComments(text))).toEqual(value);
});

test.each(['[,]x', '[1,,2]', '[1 / 2]', '["a', '[1 /*', '{"a" "b",}'])('%j stays no JSON', (text) => {
  expect(() => JSON.parse(stripJsonComments(text))).toThrow(SyntaxError);
});

test('JSON stays what it is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(stripJsonComments(text)).toBe(text);
    }),
  );
});
