const NEWLINE = 10;

export function countNewlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) count += bytes[at] === NEWLINE ? 1 : 0;
  return count;
}
