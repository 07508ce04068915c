import { AppError } from '../model/app-error.ts';

const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;
/** Magic number and frame header descriptor, which tells the length of the rest of the header. */
const FRAME_START_BYTES = 5;
const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;

export function isZstdFrame(magic: number): boolean {
  return magic === ZSTD_MAGIC || isSkippable(magic);
}

function isSkippable(magic: number): boolean {
  return (magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE_MAGIC;
}

/**
 * Cuts a zstd stream so that no piece reaches over the end of a frame, and leaves out skippable frames: node:zlib
 * ends quietly at the first frame's end when more follows in the same write (Node 24), and `zstd:chunked` layers have
 * a frame per file. https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export class ZstdFrames {
  /** `tail` is the last block and the checksum. */
  #state: 'frame' | 'block' | 'tail' = 'frame';
  /** Bytes of a header that the next chunk completes. */
  #carry: Buffer = Buffer.alloc(0);
  /** Bytes to pass on, or to leave out, before the next header. */
  #pass = 0;
  #leaveOut = 0;
  #hasChecksum = false;

  /** Pieces of this chunk and of what was held back. Throws AppError `layer-corrupt`. */
  *split(chunk: Buffer): Generator<Buffer, void> {
    const bytes = this.#carry.byteLength === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    this.#carry = Buffer.alloc(0);
    let start = 0;
    let at = 0;
    for (;;) {
      const left = bytes.byteLength - at;
      const step = Math.min(this.#leaveOut || this.#pass, left);
      at += step;
      if (this.#leaveOut > 0) {
        this.#leaveOut -= step;
        start = at;
      } else this.#pass -= step;
      if (this.#pass > 0 || this.#leaveOut > 0) break;
      if (this.#state === 'tail') {
        yield bytes.subarray(start, at);
        start = at;
        this.#state = 'frame';
      }
      const header = this.#readHeader(bytes, at);
      if (header === 'incomplete') {
        this.#carry = bytes.subarray(at);
        break;
      }
      at += header;
      // Still between frames: that was a skippable one's.
      if (this.#state === 'frame') start = at;
    }
    const end = bytes.byteLength - this.#carry.byteLength;
    if (start < end) yield bytes.subarray(start, end);
  }

  /** True between frames: where a stream may end. */
  get complete(): boolean {
    return this.#state === 'frame' && this.#carry.byteLength === 0 && this.#pass === 0 && this.#leaveOut === 0;
  }

  /** Decides what comes next; returns the bytes of the header it has read. */
  #readHeader(bytes: Buffer, at: number): number | 'incomplete' {
    return this.#state === 'frame' ? this.#readFrameHeader(bytes, at) : this.#readBlockHeader(bytes, at);
  }

  #readFrameHeader(bytes: Buffer, at: number): number | 'incomplete' {
    const left = bytes.byteLength - at;
    if (left < FRAME_START_BYTES) return 'incomplete';
    const magic = bytes.readUInt32LE(at);
    if (isSkippable(magic)) {
      if (left < SKIPPABLE_HEADER_BYTES) return 'incomplete';
      this.#leaveOut = bytes.readUInt32LE(at + 4);
      return SKIPPABLE_HEADER_BYTES;
    }
    if (magic !== ZSTD_MAGIC) throw new AppError('layer-corrupt', 'something that is not zstd follows a zstd frame');
    const descriptor = bytes[at + 4] ?? 0;
    const singleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    this.#pass =
      (singleSegment ? 0 : 1) +
      dictionaryIdBytes[(descriptor & 3) as 0 | 1 | 2 | 3] +
      (sizeFlag === 0 && singleSegment ? 1 : contentSizeBytes[sizeFlag as 0 | 1 | 2 | 3]);
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#state = 'block';
    return FRAME_START_BYTES;
  }

  #readBlockHeader(bytes: Buffer, at: number): number | 'incomplete' {
    if (bytes.byteLength - at < BLOCK_HEADER_BYTES) return 'incomplete';
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
    const isLast = (header & 1) !== 0;
    const isRunLength = ((header >> 1) & 3) === 1;
    this.#pass = isRunLength ? 1 : header >> 3;
    if (isLast) {
      this.#state = 'tail';
      if (this.#hasChecksum) this.#pass += CHECKSUM_BYTES;
    }
    return BLOCK_HEADER_BYTES;
  }
}
