/** Large programs fit; what is larger is rare. */
const MOST_BYTES = 128 * 1024 ** 2;

/** One piece of memory for what is held one after the other: fresh memory costs many times the copy into it. */
export class Scratch {
  readonly #most: number;
  #memory: Buffer = Buffer.alloc(0);

  /** @param most bytes that are kept; a larger piece is made for itself */
  constructor(most: number = MOST_BYTES) {
    this.#most = most;
  }

  /** `length` bytes of whatever content; gone when the next are taken. */
  take(length: number): Buffer {
    if (length > this.#most) return Buffer.allocUnsafeSlow(length);
    if (this.#memory.byteLength < length) {
      const doubled = Math.min(this.#memory.byteLength * 2, this.#most);
      this.#memory = Buffer.allocUnsafeSlow(Math.max(length, doubled));
    }
    return this.#memory.subarray(0, length);
  }
}
