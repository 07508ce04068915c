/** Which of `marks` (latin1) are in a file that comes in parts, also where one part ends and the next begins. */
export async function findMarks(
  parts: AsyncIterable<Uint8Array>,
  marks: readonly string[],
): Promise<ReadonlySet<string>> {
  const overlap = Math.max(1, ...marks.map(({ length }) => length - 1));
  const found = new Set<string>();
  let tail = Buffer.alloc(0);
  for await (const part of parts) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const seam = Buffer.concat([tail, bytes.subarray(0, overlap)]);
    for (const mark of marks)
      if (seam.includes(mark, 0, 'latin1') || bytes.includes(mark, 0, 'latin1')) found.add(mark);
    // A copy: the part is gone when the next one comes.
    tail = Buffer.concat([tail, bytes.subarray(-overlap)]).subarray(-overlap);
  }
  return found;
}
