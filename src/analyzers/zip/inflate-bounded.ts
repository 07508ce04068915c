import { inflateRawSync, inflateSync } from 'node:zlib';

/** Unpacks zlib or raw deflate data into at most `most` bytes; undefined when it is damaged or larger. */
export function inflateBounded(packed: Uint8Array, most: number, format: 'zlib' | 'raw'): Buffer | undefined {
  try {
    return (format === 'zlib' ? inflateSync : inflateRawSync)(packed, { maxOutputLength: Math.max(1, most) });
  } catch {
    return undefined;
  }
}
