import { expect, test } from 'vitest';
import { parseWarnings } from './parse-warnings.ts';

test.each<[string, readonly string[]]>([
  ['299 - "Moves in May"', ['Moves in May']],
  ['299 - "a", 299 - "b, c"', ['a', 'b, c']],
  ['299 - "the \\"lab\\" \\\\ moves"', ['the "lab" \\ moves']],
  ['199 cache "stale", 299 - "a"', ['a']],
  ['299 agent "other form"', []],
  ['299 - "not closed', []],
  ['', []],
])('%s says %j', (header, expected) => {
  expect(parseWarnings(header)).toEqual(expected);
});
