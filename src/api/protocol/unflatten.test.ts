import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { unflatten } from './unflatten.ts';

const put = (flat: Readonly<Record<string, unknown>>) => unflatten(Object.entries(flat));

test.each<[string, Record<string, unknown>, unknown]>([
  ['plain names', { Limit: '1', By: 'Id' }, { Limit: '1', By: 'Id' }],
  ['an array', { 'Id.0': '5', 'Id.1': '6' }, { Id: ['5', '6'] }],
  ['counting from one', { 'Id.1': '5', 'Id.2': '6' }, { Id: ['5', '6'] }],
  ['gaps, out of order', { 'Id.10': '6', 'Id.9': '5', 'Id.999999999': '7' }, { Id: ['5', '6', '7'] }],
  [
    'objects in an array',
    { 'Filters.0.Name': 'A', 'Filters.0.Values.0': 'x', 'Filters.0.Values.1': 'y', 'Filters.1.Name': 'B' },
    { Filters: [{ Name: 'A', Values: ['x', 'y'] }, { Name: 'B' }] },
  ],
  ['an object', { 'ImageInfo.ImageName': 'a' }, { ImageInfo: { ImageName: 'a' } }],
  ['a member that is no index makes an object', { 'Id.0': '5', 'Id.x': '6' }, { Id: { 0: '5', x: '6' } }],
  ['digits at the top are names', { 0: 'a' }, { 0: 'a' }],
  ['empty names are names', { '': 'a', 'b.': 'c' }, { '': 'a', b: { '': 'c' } }],
])('%s', (_, flat, expected) => {
  expect(JSON.parse(JSON.stringify(put(flat)))).toEqual(expected);
});

test.each<[string, [string, string][]]>([
  [
    'a name twice',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  [
    'a value that is a parent',
    [
      ['a', '1'],
      ['a.b', '2'],
    ],
  ],
  [
    'a parent that is a value',
    [
      ['a.b', '2'],
      ['a', '1'],
    ],
  ],
])('%s is refused', (_, pairs) => {
  expect(() => unflatten(pairs)).toThrow('is given twice, or is a value and a parent at once');
});

test('nesting is bounded', () => {
  expect(() => put({ [`a${'.b'.repeat(100)}`]: '1' })).toThrow('nested more than 10 levels deep');
});

test('a member called __proto__ is a member like any other', () => {
  const result = put({ '__proto__.polluted': '1', 'a.__proto__.b': '2' });

  expect(Object.keys(result)).toEqual(['__proto__', 'a']);
  expect('polluted' in {}).toBe(false);
});

test('a flattened value is put together again', () => {
  const { value } = fc.letrec<{ value: unknown; leaf: string }>((tie) => ({
    leaf: fc.string(),
    value: fc.oneof(
      { maxDepth: 5 },
      tie('leaf'),
      fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,6}$/), tie('value'), { minKeys: 1, maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[A-Z][a-z]{0,6}$/), value), (parameters) => {
      expect(JSON.parse(JSON.stringify(unflatten(flatten(parameters))))).toEqual(
        JSON.parse(JSON.stringify(parameters)),
      );
    }),
  );
});

test('whatever the names, they are put together or refused as a client error', () => {
  const name = fc
    .array(fc.constantFrom('a', 'b', '0', '1', '.', '__proto__', 'constructor'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      try {
        unflatten(pairs);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
  );
});

/** As the Node SDK does it. */
function flatten(value: unknown, prefix = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[prefix, value]];
  return Object.entries(value).flatMap(([name, member]) => flatten(member, prefix ? `${prefix}.${name}` : name));
}
