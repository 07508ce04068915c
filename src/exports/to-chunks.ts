/** Bytes in any pieces as pieces of exactly `size` bytes; the last one may be shorter. Nothing gives no piece. */
export async function* toChunks(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(size);
  let filled = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.byteLength; ) {
      const part = piece.subarray(at, at + size - filled);
      chunk.set(part, filled);
      at += part.byteLength;
      filled += part.byteLength;
      if (filled < size) continue;
      yield chunk;
      chunk = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
