import { readSync } from 'node:fs';

const MiB = 1024 * 1024;
const MIN_WINDOW_BYTES = 4096;
const MAX_WINDOW_BYTES = MiB;

/** A file that is read in small pieces: little is read ahead, and more the longer they follow each other. */
export class FileWindow {
  readonly #fd: number;
  #window = Buffer.alloc(0);
  #start = 0;
  #size = MIN_WINDOW_BYTES;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A view that stays as it is; undefined beyond the end of the file. */
  read(position: number, length: number): Buffer | undefined {
    if (position < this.#start || position + length > this.#start + this.#window.length) this.#move(position, length);
    const at = position - this.#start;
    return at + length <= this.#window.length ? this.#window.subarray(at, at + length) : undefined;
  }

  #move(position: number, length: number): void {
    const gap = position - this.#start - this.#window.length;
    const follows = gap > -this.#window.length && gap <= MIN_WINDOW_BYTES;
    this.#size = follows ? Math.min(this.#size * 4, MAX_WINDOW_BYTES) : MIN_WINDOW_BYTES;
    const window = Buffer.allocUnsafe(Math.max(length, this.#size));
    this.#window = window.subarray(0, readSync(this.#fd, window, 0, window.length, position));
    this.#start = position;
  }
}
