/** Of Node's pool, whose pieces belong to many. */
const POOL_BYTES = Buffer.poolSize;

/**
 * Gives the memory of a chunk back at once, when it was the last one in it: nobody may look at the chunk any more. Left to the
 * garbage collector, which sees the few bytes of an object and not what hangs on it, megabytes a second wait for it.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  const isLast = byteOffset + byteLength === buffer.byteLength;
  if (isLast && buffer.byteLength > POOL_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
