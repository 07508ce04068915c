import { expect, test } from 'vitest';
import { giveBack } from './give-back.ts';

test('a chunk that ends its memory gives all of it back, as a read of the network does', () => {
  for (const bytes of [16 * 1024, 64 * 1024, 256 * 1024]) {
    const memory = new ArrayBuffer(bytes);
    giveBack(Buffer.from(memory, 129));
    expect(memory.detached).toBe(true);
  }
});

test('what others may still look at stays', () => {
  const memory = new ArrayBuffer(256 * 1024);
  giveBack(new Uint8Array(memory, 0, 1024));
  expect(memory.detached).toBe(false);
  const shared = new SharedArrayBuffer(256 * 1024);
  giveBack(new Uint8Array(shared));
  expect(shared.byteLength).toBe(256 * 1024);
});

test('a piece of the pool of Node.js stays, also the one at its end', () => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < 3 * Buffer.poolSize; at += 1024) pieces.push(Buffer.allocUnsafe(1024).fill(7));
  expect(pieces.some(({ byteOffset, buffer }) => byteOffset + 1024 === buffer.byteLength)).toBe(true);
  for (const piece of pieces) giveBack(piece);
  expect(pieces.every((piece) => piece.byteLength === 1024)).toBe(true);
});
