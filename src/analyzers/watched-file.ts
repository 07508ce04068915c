import type { Readable } from 'node:stream';
import type { FileEntry } from '../layers/layer-entry.ts';
import type { ContentReader } from './content-reader.ts';

/** A file whose body readers see on its way, whether somebody else reads it or not: `finish` passes on what nobody took. */
export class WatchedFile implements FileEntry {
  readonly type = 'file';
  readonly #entry: FileEntry;
  readonly #readers: readonly ContentReader[];
  #seen = false;

  constructor(entry: FileEntry, readers: readonly ContentReader[]) {
    this.#entry = entry;
    this.#readers = readers;
  }

  get stat(): FileEntry['stat'] {
    return this.#entry.stat;
  }

  get offset(): number {
    return this.#entry.offset;
  }

  get content(): Readable {
    return this.#entry.content;
  }

  head(length: number): Promise<Uint8Array> {
    return this.#entry.head(length);
  }

  bytesNow(): Uint8Array | undefined {
    return undefined;
  }

  /** To be read to the end. */
  async *parts(): AsyncGenerator<Uint8Array, void> {
    if (this.#readers.some(({ whole }) => whole)) {
      yield await this.bytes();
      return;
    }
    for await (const part of this.#entry.parts()) {
      await this.#show(part);
      yield part;
    }
    this.#seen = true;
    for (const reader of this.#readers) reader.end();
  }

  async bytes(): Promise<Uint8Array> {
    const bytes = await this.#entry.bytes((part) => this.#show(part));
    this.#seen = true;
    await this.#end(bytes);
    return bytes;
  }

  /** No promise for the many small files that are at hand. */
  finish(): void | Promise<void> {
    if (this.#seen) return;
    const bytes = this.#entry.bytesNow();
    if (bytes === undefined) return this.#readers.some(({ whole }) => whole) ? this.#hold() : this.#stream();
    const showing = this.#show(bytes);
    return showing ? showing.then(() => this.#end(bytes)) : this.#end(bytes);
  }

  async #hold(): Promise<void> {
    await this.bytes();
  }

  async #stream(): Promise<void> {
    for await (const _ of this.parts());
  }

  #show(part: Uint8Array): void | Promise<void> {
    let held: Promise<void> | undefined;
    for (const reader of this.#readers) {
      if (reader.whole) continue;
      const writing = reader.write(part);
      if (writing) held = held ? held.then(() => writing) : writing;
    }
    return held;
  }

  #end(bytes: Uint8Array): void | Promise<void> {
    let held: Promise<void> | undefined;
    for (const reader of this.#readers) {
      if (!reader.whole) reader.end();
      else {
        const looking = reader.whole(bytes);
        if (looking) held = looking;
      }
    }
    return held;
  }
}
