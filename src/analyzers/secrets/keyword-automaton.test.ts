import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeywordAutomaton } from './keyword-automaton.ts';

const keywords = ['abc', 'bca', 'cab', 'abcabc', '://', 'token', 'ghp_', 'xoxb-', 'aaa', 'private key'];
const automaton = createKeywordAutomaton(keywords);

/** What a search for each keyword at each place finds: the keyword and its end. */
function reference(text: string): readonly (readonly [string, number])[] {
  const found: [string, number][] = [];
  for (let end = 0; end <= text.length; end++)
    for (const keyword of keywords) if (text.slice(0, end).toLowerCase().endsWith(keyword)) found.push([keyword, end]);
  return found.sort(([a, endA], [b, endB]) => endA - endB || b.length - a.length || (a < b ? -1 : 1));
}

/** In pieces of these lengths, each at an odd or even place of the memory. */
function scanned(text: string, lengths: readonly number[], shift: number): readonly (readonly [string, number])[] {
  const bytes = Buffer.from(text, 'latin1');
  const found: [string, number][] = [];
  let state = automaton.start;
  for (let from = 0, piece = 0; from < bytes.length; piece++) {
    const to = Math.min(bytes.length, from + Math.max(1, lengths[piece % lengths.length] ?? 1));
    // Alone in its memory: what lies before and after it is somebody else's.
    const chunk = new Uint8Array(to - from + shift).subarray(shift);
    chunk.set(bytes.subarray(from, to));
    const here: number[] = [];
    state = automaton.scan(chunk, 0, chunk.length, state, here);
    for (let at = 0; at < here.length; at += 2) found.push([keywords[here[at] ?? 0] ?? '', from + (here[at + 1] ?? 0)]);
    from = to;
  }
  return found.sort(([a, endA], [b, endB]) => endA - endB || b.length - a.length || (a < b ? -1 : 1));
}

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...keywords, 'ABC', 'Token', 'GHP_', 'a', 'b', 'c', ' ', '\0'),
      fc.string({ unit: 'binary-ascii', maxLength: 5 }),
    ),
    {
      maxLength: 800,
    },
  )
  .map((parts) => parts.join(''));

test('finds what a search for each keyword finds, however the text is cut and wherever it lies', () => {
  fc.assert(
    fc.property(
      text,
      fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1_000, max: 3_000 })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 0, max: 1 }),
      (content, lengths, shift) => {
        expect(scanned(content, lengths, shift)).toEqual(reference(content));
      },
    ),
    { numRuns: 60 },
  );
});

test('every keyword is found at every place around the border of two large pieces', () => {
  for (const keyword of keywords) {
    for (let at = 1_490; at <= 1_505; at++) {
      const content = ['.'.repeat(at), keyword.toUpperCase(), '.'.repeat(3_000 - at)].join('');
      expect(scanned(content, [1_500], at % 2)).toEqual(reference(content));
    }
  }
});
