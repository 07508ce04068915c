import { expect, test } from 'vitest';
import { parsePocId, toPocId } from './poc-id.ts';

test.for<[string, number | undefined]>([
  ['pcmgr-17', 17],
  ['PCMGR-17', 17],
  ['17', 17],
  [' pcmgr-017 ', 17],
  ['pcmgr-9007199254740993', Number.MAX_SAFE_INTEGER],
  ['99999999999999999999', Number.MAX_SAFE_INTEGER],
  ['pcmgr--1', undefined],
  ['pcmgr-1.5', undefined],
  ['pcmgr-', undefined],
  ['CVE-2024-1', undefined],
  ['pcmgr-100000000000000000000000', undefined],
  ['', undefined],
])('%j is the vulnerability %j', ([text, number]) => {
  expect(parsePocId(text)).toBe(number);
});

test('what is written is read', () => {
  expect(parsePocId(toPocId(110_207_177))).toBe(110_207_177);
});
