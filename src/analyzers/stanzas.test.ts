import { expect, test } from 'vitest';
import { linesOf, parseStanzas } from './stanzas.ts';

const wanted = new Set(['name', 'version']);

function parse(text: string) {
  return [...parseStanzas(text, wanted)].map(({ line, fields, malformed }) => [
    line,
    Object.fromEntries(fields),
    ...(malformed === undefined ? [] : [malformed]),
  ]);
}

test.each<[string, string, readonly unknown[]]>([
  ['nothing', '', []],
  ['blank lines', '\n \n\t\n', []],
  ['one without an end', 'Name: a', [[1, { name: 'a' }]]],
  ['two', 'Name: a\n\n\nName: b\n', [[1, { name: 'a' }], [4, { name: 'b' }]]], // biome-ignore format: a table
  ['Windows lines', 'Name: a\r\nVersion: 1\r\n\r\nName: b\r\n', [[1, { name: 'a', version: '1' }], [4, { name: 'b' }]]], // biome-ignore format: a table
  ['continuations', 'Name: a\n Version: 9\n\tVersion: 8\nVersion: 1\n', [[1, { name: 'a', version: '1' }]]],
  ['a repeated field', 'Name: a\nName: b\n', [[1, { name: 'a' }]]],
  ['other fields', 'X: y\nName:a:b \n', [[1, { name: 'a:b' }]]],
  ['a line that is no field', 'Name: a\nrubbish\nworse\n', [[1, { name: 'a' }, 'rubbish']]],
  ['a line without a name', ': a\nName: b', [[1, { name: 'b' }, ': a']]],
  ['a beginning with a blank', ' Name: a\nVersion: 1\n', [[1, { version: '1' }]]],
])('%s', (_, text, expected) => {
  expect(parse(text)).toEqual(expected);
});

test('names of fields count in any case, unless they are asked for exactly', () => {
  const text = 'NAME: a\nname: b\n';

  expect(parse(text)).toEqual([[1, { name: 'a' }]]);
  expect([...parseStanzas(text, wanted, (name) => name)][0]?.fields.get('name')).toBe('b');
});

test.each([
  ['', []],
  ['\n', ['']],
  ['a', ['a']],
  ['a\n\nb\r\n\r\nc\r', ['a', '', 'b', '', 'c\r']],
])('the lines of %j are %j', (text, lines) => {
  expect([...linesOf(text)]).toEqual(lines);
});
