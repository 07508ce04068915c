import { Scratch } from './scratch.ts';

/** Reads an exact number of bytes at a time from chunks of any size, copying only what spans two of them. */
export class ChunkCursor {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** Bytes of all chunks before this one. */
  #before = 0;
  readonly #scratch: Scratch;

  /** @param scratch for what spans chunks; it belongs to this cursor for as long as there are bytes to take */
  constructor(chunks: AsyncIterator<Uint8Array>, scratch: Scratch = new Scratch()) {
    this.#chunks = chunks;
    this.#scratch = scratch;
  }

  /** Bytes taken and passed over so far. */
  get position(): number {
    return this.#before + this.#offset;
  }

  /** The next `length` bytes when they are at hand; a view, valid until the consumer lets go of the chunk. */
  takeNow(length: number): Buffer | undefined {
    const end = this.#offset + length;
    if (end > this.#chunk.byteLength) return undefined;
    const taken = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /**
   * The next `length` bytes, or fewer at the end of the stream; valid until the next bytes are taken. `seen` is shown them part
   * by part as they come, while they are still near the processor; a promise of it holds the rest back.
   */
  async take(length: number, seen?: (part: Buffer) => void | Promise<void>): Promise<Buffer> {
    const now = this.takeNow(length);
    if (now) {
      await seen?.(now);
      return now;
    }
    // Filled as the chunks come: those of a large file are not held beside it.
    const taken = this.#scratch.take(length);
    let filled = 0;
    while (filled < length) {
      const part = await this.takeSome(length - filled);
      if (part === undefined) break;
      taken.set(part, filled);
      filled += part.byteLength;
      await seen?.(part);
    }
    return taken.subarray(0, filled);
  }

  /** At least one and at most `length` bytes, without copying; undefined at the end. */
  async takeSome(length: number): Promise<Buffer | undefined> {
    while (this.#offset === this.#chunk.byteLength) if (!(await this.#next())) return undefined;
    return this.takeNow(Math.min(length, this.#chunk.byteLength - this.#offset));
  }

  /** The next `length` bytes, or fewer at the end of the stream, without passing over them. */
  async peek(length: number): Promise<Buffer> {
    while (this.#chunk.byteLength - this.#offset < length) {
      // Copied: a chunk is gone when the next one is asked for.
      const rest = Buffer.from(this.#chunk.subarray(this.#offset));
      this.#before += this.#offset;
      const { done, value } = await this.#chunks.next();
      this.#chunk = done ? rest : Buffer.concat([rest, value]);
      this.#offset = 0;
      if (done) break;
    }
    return this.#chunk.subarray(this.#offset, this.#offset + length);
  }

  /** Passes over bytes; false when the stream ends before. */
  async skip(length: number): Promise<boolean> {
    let missing = length;
    while (missing > this.#chunk.byteLength - this.#offset) {
      missing -= this.#chunk.byteLength - this.#offset;
      if (!(await this.#next())) return false;
    }
    this.#offset += missing;
    return true;
  }

  /** Like skip, when the bytes are at hand; otherwise does nothing and returns false. */
  skipNow(length: number): boolean {
    if (this.#offset + length > this.#chunk.byteLength) return false;
    this.#offset += length;
    return true;
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    this.#before += this.#chunk.byteLength;
    this.#offset = 0;
    this.#chunk = done ? Buffer.alloc(0) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return !done;
  }
}
