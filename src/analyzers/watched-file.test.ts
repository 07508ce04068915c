import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layer } from '../../demo/build-layer.ts';
import { defaultLayerLimits } from '../layers/layer-entry.ts';
import { tarEntries } from '../layers/tar-entries.ts';
import type { ContentReader } from './content-reader.ts';
import { WatchedFile } from './watched-file.ts';

/** Keeps a copy of what it is shown, as readers must: a chunk is a view. `slow` ones hold the walk back. */
function recorder(slow: boolean) {
  const parts: Buffer[] = [];
  let ended = 0;
  const reader: ContentReader = {
    write: (chunk) => {
      parts.push(Buffer.from(chunk));
      if (slow) return new Promise((resolve) => setImmediate(resolve));
    },
    end: () => {
      ended++;
    },
  };
  return { reader, seen: () => Buffer.concat(parts), ends: () => ended };
}

/** Wants the whole file in one piece. */
function holder() {
  const bodies: Buffer[] = [];
  const reader: ContentReader = {
    write: () => expect.unreachable(),
    end: () => expect.unreachable(),
    whole: async (bytes) => {
      await new Promise((resolve) => setImmediate(resolve));
      bodies.push(Buffer.from(bytes));
    },
  };
  return { reader, bodies };
}

async function* inChunks(tar: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < tar.byteLength; at += size) yield Buffer.from(tar.subarray(at, at + size));
}

test('readers see every byte of a file once, in order, whoever else reads it and however it is cut', async () => {
  const how = fc.constantFrom('nobody', 'all', 'parts', 'head', 'head and all', 'head and parts');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), how, fc.boolean()), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 3_000 }),
      async (files, chunkSize) => {
        const builder = layer();
        for (const [i, [bytes]] of files.entries()) builder.file(`f${i}`, bytes);
        const recorders = files.map(([, , slow]) => [recorder(slow), recorder(false)] as const);
        const holders = files.map(([, , slow]) => (slow ? [] : [holder()]));
        let index = 0;

        for await (const entry of tarEntries(inChunks(builder.tar().bytes, chunkSize), defaultLayerLimits)) {
          if (entry.type !== 'file') continue;
          const [bytes, reading] = files[index] ?? [new Uint8Array(), 'nobody'];
          const file = new WatchedFile(
            entry,
            [...(recorders[index] ?? []), ...(holders[index] ?? [])].map(({ reader }) => reader),
          );
          if (reading.startsWith('head'))
            expect(Buffer.from(await file.head(10))).toEqual(Buffer.from(bytes.subarray(0, 10)));
          if (reading.endsWith('all')) expect(Buffer.from(await file.bytes())).toEqual(Buffer.from(bytes));
          if (reading.endsWith('parts')) {
            const parts: Buffer[] = [];
            for await (const part of file.parts()) parts.push(Buffer.from(part));
            expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
          }
          await file.finish();
          index++;
        }

        expect(index).toBe(files.length);
        for (const [i, [bytes]] of files.entries())
          for (const each of recorders[i] ?? []) expect([each.seen(), each.ends()]).toEqual([Buffer.from(bytes), 1]);
        for (const [i, [bytes]] of files.entries())
          for (const { bodies } of holders[i] ?? []) expect(bodies).toEqual([Buffer.from(bytes)]);
      },
    ),
  );
});
