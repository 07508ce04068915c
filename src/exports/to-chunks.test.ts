import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toChunks } from './to-chunks.ts';

async function* pieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function chunksOf(parts: readonly Uint8Array[], size: number): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of toChunks(pieces(parts), size)) chunks.push(chunk);
  return chunks;
}

test('any pieces become chunks of one size with the same bytes; nothing becomes no chunk', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 50 }),
      async (parts, size) => {
        const chunks = await chunksOf(parts, size);

        expect(Buffer.concat(chunks)).toEqual(Buffer.concat(parts));
        expect(chunks.slice(0, -1).every((chunk) => chunk.byteLength === size)).toBe(true);
        expect(chunks.every((chunk) => chunk.byteLength > 0)).toBe(true);
      },
    ),
  );
});

test('a chunk that was given away is not written to again', async () => {
  const [first, second] = await chunksOf([Uint8Array.of(1, 2, 3, 4)], 2);

  expect([first, second]).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
});
