/** A package.json is rarely over 10 KB. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 ** 2;
// What package managers hard-link into node_modules: pnpm's store names files by hash, bun's cache keeps their names.
const STORED_FILE = /(?:\/files\/[0-9a-f]{2}\/[0-9a-f]{20,}|\/package\.json)$/;
const BRACE = 0x7b;

/** Bodies of files that nobody wants at their own path but that a hard link later in the layer may give a wanted name. */
export class LinkTargets {
  readonly #bodies = new Map<string, Uint8Array>();
  #bytes = 0;

  mayBeTarget(path: string, size: number): boolean {
    return size <= MAX_BODY_BYTES && this.#bytes + size <= MAX_TOTAL_BYTES && STORED_FILE.test(path);
  }

  keep(path: string, bytes: Uint8Array): void {
    if (bytes[0] !== BRACE) return;
    this.#bytes += bytes.byteLength;
    // A copy: the original is a view that would keep its whole chunk alive.
    this.#bodies.set(path, Uint8Array.from(bytes));
  }

  get(path: string): Uint8Array | undefined {
    return this.#bodies.get(path);
  }

  /** Something else now lies at the path. */
  forget(path: string): void {
    this.#bytes -= this.#bodies.get(path)?.byteLength ?? 0;
    this.#bodies.delete(path);
  }
}
