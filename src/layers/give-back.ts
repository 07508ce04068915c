/** Of Node's pool, of which every piece is smaller than half: https://nodejs.org/api/buffer.html#class-property-bufferpoolsize */
const POOL_BYTES = Buffer.poolSize;

/**
 * Gives the memory of a chunk back at once, when it was the last one in it: nobody may look at the chunk any more. Left to the
 * garbage collector, which sees the few bytes of an object and not what hangs on it, megabytes a second wait for it.
 */
export function giveBack({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (byteOffset + byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  const mayBeShared = buffer.byteLength === POOL_BYTES && byteLength < POOL_BYTES / 2;
  if (!mayBeShared) buffer.transfer(0);
}
