import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseJson } from './parse-json.ts';

const parse = (text: string, schema: z.ZodType = z.unknown()) => parseJson(Buffer.from(text), schema, 'document');

test('a document within bounds is read', () => {
  expect(parse('{"a":[1,"x, y, \\", z",{}]}')).toEqual({ a: [1, 'x, y, ", z', {}] });
});

describe('a document of very many values is refused before it is unpacked', () => {
  const many = (value: string, count: number) => `[${Array(count).fill(value).join(',')}]`;

  test.each([
    ['elements', many('0', 50_001)],
    ['members', `{${Array.from({ length: 50_001 }, (_, index) => `"${index}":0`).join(',')}}`],
    ['lists within lists', `${'['.repeat(50_001)}${']'.repeat(50_001)}`],
    ['values after a text with quotes', many('"\\"\\\\"', 50_001)],
  ])('%s', (_, text) => {
    expect(() => parse(text)).toThrowError(expect.objectContaining({ code: 'limit-exceeded' }));
  });

  test('commas within texts are no values', () => {
    expect(parse(JSON.stringify([','.repeat(200_000)]))).toEqual([','.repeat(200_000)]);
  });
});

test('a name from the document cannot steer the terminal of who reads the message', () => {
  const schema = z.record(z.string(), z.string());

  expect(() => parse('{"\\u001b[31m\\u0000evil":1}', schema)).toThrowError(
    expect.objectContaining({
      code: 'manifest-unsupported',
      message: expect.stringContaining('at \\u001b[31m\\u0000evil:'),
    }),
  );
});
