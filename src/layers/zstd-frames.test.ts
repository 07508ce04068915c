import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../model/app-error.ts';
import { ZstdFrames } from './zstd-frames.ts';

const skippable = (length: number) =>
  Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, length, 0, 0, 0]), Buffer.alloc(length, 0x28)]);

function cut(bytes: Buffer, chunk: number): { pieces: Buffer[]; complete: boolean } {
  const frames = new ZstdFrames();
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += chunk) pieces.push(...frames.split(bytes.subarray(at, at + chunk)));
  return { pieces, complete: frames.complete };
}

test.each([1, 2, 5, 8, 100, 1_000_000])(
  'cuts at the ends of frames and leaves skippable ones out, chunks of %i bytes',
  (chunk) => {
    const first = zstdCompressSync(Buffer.from('first '.repeat(1_000)));
    const second = zstdCompressSync(Buffer.alloc(300_000, 'second'));

    const { pieces, complete } = cut(Buffer.concat([skippable(9), first, skippable(0), second, skippable(3)]), chunk);

    expect(Buffer.concat(pieces)).toEqual(Buffer.concat([first, second]));
    expect(complete).toBe(true);
    let passed = 0;
    const ends = pieces.map((piece) => (passed += piece.byteLength));
    expect(ends).toContain(first.byteLength);
  },
);

test('any frames in any chunks come out whole', () => {
  const frame = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => zstdCompressSync(bytes));
  fc.assert(
    fc.property(
      fc.array(frame, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 3_000 }),
      (frames, chunk) => {
        const { pieces, complete } = cut(Buffer.concat(frames), chunk);

        expect(complete).toBe(true);
        expect(Buffer.concat(pieces)).toEqual(Buffer.concat(frames));
      },
    ),
  );
});

test('a stream that ends within a frame is not complete', () => {
  const frame = zstdCompressSync(Buffer.from('content'.repeat(50)));

  const complete = frame.map((_, at) => Number(cut(frame.subarray(0, at), 7).complete));

  expect(complete.indexOf(1, 1)).toBe(-1);
  expect(zstdDecompressSync(Buffer.concat(cut(frame, 7).pieces)).toString()).toBe('content'.repeat(50));
});

test('noise ends with pieces or an AppError', () => {
  const start = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (noise, chunk) => {
      try {
        cut(Buffer.concat([start, noise]), chunk);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
