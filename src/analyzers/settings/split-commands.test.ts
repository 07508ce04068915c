import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitCommands } from './split-commands.ts';

const words = (script: string) => splitCommands(script).map((command) => command.words);

test.each<[string, readonly (readonly string[])[]]>([
  ['a b && c || d; e & f', [['a', 'b'], ['c'], ['d'], ['e'], ['f']]],
  ['a\nb', [['a'], ['b']]],
  ['a \\\n  b', [['a', 'b']]],
  ['a 2>&1 &>x | b', [['a', '2>&1', '&>x'], ['b']]],
  [`a "b c" 'd e' f\\ g "" h"i"'j'`, [['a', 'b c', 'd e', 'f g', '', 'hij']]],
  ['a "&& b" \'; c\'', [['a', '&& b', '; c']]],
  ['X=1 Y="2 3" a', [['a']]],
  ['X=1', []],
  ['a # b && c\nd', [['a'], ['d']]],
  ['a#b', [['a#b']]],
  ['if a; then b; else c; fi', [['a'], ['b'], ['c']]],
  ['(a; { b; }) && ! c', [['a'], ['b'], ['c']]],
  [
    'a $(b c) d',
    [
      ['b', 'c'],
      ['a', '$()', 'd'],
    ],
  ],
  [
    'a "x$(b "c d")y"',
    [
      ['b', 'c d'],
      ['a', 'x$()y'],
    ],
  ],
  ['a `b`', [['b'], ['a', '$()']]],
  ['cat <<EOF > /x\nrm -rf /\nEOF\na', [['cat', '>', '/x'], ['a']]],
  ["cat <<-'E1' <<E2\n1\n\tE1\n2\nE2\na", [['cat'], ['a']]],
  ['sh <<EOF\na b\nEOF', [['sh'], ['a', 'b'], ['EOF']]],
  ['a "b', [['a', 'b']]],
  ["a 'b", [['a', 'b']]],
  ['a $(b', [['b'], ['a', '$()']]],
  ['a )', [['a']]],
  ['', []],
])('%j', (script, expected) => {
  expect(words(script)).toEqual(expected);
});

test('a command knows whose output it reads, also in the next line and in a group', () => {
  const commands = splitCommands('curl x |\n gunzip | (sh) && b');

  expect(commands.map(({ piped }) => piped)).toEqual([false, true, true, false]);
});

test('a command knows which one takes its output', () => {
  expect(splitCommands('sh -c "$(curl x)"')[0]).toEqual({ words: ['curl', 'x'], piped: false, within: ['sh', '-c'] });
  expect(splitCommands('bash <(curl x)')[0]?.within).toEqual(['bash']);
});

const pieces = ['$(', '(', ')', '`', '"', "'", '\\', '\n', '|', '&', ';', '<<A', '<(', '#', 'A', ' ', '{', 'if '];

test('no script throws, and every word of it was written there', () => {
  const script = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(script, (text) => {
      const total = words(text).flat().join('').replaceAll('$()', '').length;

      expect(total).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2_000 },
  );
});

test.each(pieces)('a mebibyte of %j is read in one pass', (piece) => {
  const found = splitCommands(piece.repeat(1024 ** 2 / piece.length));

  expect(found.length).toBeLessThanOrEqual(20_000 + 20);
  for (const { within = [] } of found) expect(within.length).toBeLessThanOrEqual(8);
});
