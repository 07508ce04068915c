import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTextScreen } from './text-screen.ts';

const lower = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** What a plain search finds: every text at every place, by its end. */
function reference(texts: readonly string[], content: string): readonly string[] {
  const found: string[] = [];
  for (const [index, text] of texts.entries()) {
    for (let at = lower(content).indexOf(lower(text)); at !== -1; at = lower(content).indexOf(lower(text), at + 1))
      found.push(`${index}@${at + text.length}`);
  }
  return found.sort();
}

function screened(texts: readonly string[], bytes: Uint8Array, from = 0, to = bytes.length): readonly string[] {
  const pairs: number[] = [];
  createTextScreen(texts).find(bytes, from, to, pairs);
  const found: string[] = [];
  for (let at = 0; at < pairs.length; at += 2) found.push(`${pairs[at]}@${pairs[at + 1]}`);
  return found.sort();
}

const letters = fc.constantFrom('a', 'b', 'A', 'B', '/', '@', '`', '\xff', '\0', '\x1f', '?');

describe.each([3, 4, 5, 8])('texts of at least %i characters', (minLength) => {
  const texts = fc.uniqueArray(fc.string({ unit: letters, minLength, maxLength: 9 }), { minLength: 1, maxLength: 8 });

  test('are found wherever a plain search finds them, in whatever case', () => {
    fc.assert(
      fc.property(texts, fc.string({ unit: letters, maxLength: 300 }), (wanted, content) => {
        expect(screened(wanted, Buffer.from(content, 'latin1'))).toEqual(reference(wanted, content));
      }),
      { numRuns: 300 },
    );
  });

  test('are found across the borders of what is looked at in one go', () => {
    const text = 'x7~Q'.repeat(3).slice(0, minLength);
    for (let at = 65_500; at < 65_540; at++) {
      const bytes = Buffer.alloc(140_000, '.');
      bytes.write(text.toUpperCase(), at, 'latin1');
      bytes.write(text, at + 65_536, 'latin1');
      expect(screened([text], bytes)).toEqual([`0@${at + minLength}`, `0@${at + 65_536 + minLength}`].sort());
    }
  });

  test('are not found where they do not lie between the offsets as a whole', () => {
    const text = 'wxyz_012'.slice(0, minLength);
    const bytes = Buffer.from(`${text}${text}${text}`);

    expect(screened([text], bytes, 1, bytes.length - 1)).toEqual([`0@${2 * minLength}`]);
    expect(screened([text], bytes, 0, 2)).toEqual([]);
    expect(screened([text], Buffer.alloc(0))).toEqual([]);
  });
});

test('two texts whose bytes share a place of the table are told apart', () => {
  const texts = Array.from({ length: 3_000 }, (_, index) => `q${index.toString(36).padStart(3, '!')}`);

  const content = texts.filter((_, index) => index % 7 === 0).join(' ');

  expect(screened(texts, Buffer.from(content))).toEqual(reference(texts, content));
});

test('a text of two characters is refused', () => {
  expect(() => createTextScreen(['abc', 'ab'])).toThrow(RangeError);
});
