import { DatabaseError } from './database-error.ts';

/** Numbers as sqlite and rpm's headers have them; a DatabaseError when there are too few bytes. */
export function uint16(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) * 0x100 + byteAt(bytes, at + 1);
}

export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);
}

export function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DatabaseError('it ends too early');
  return byte;
}
