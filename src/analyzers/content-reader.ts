/** Sees the body of one file as it passes. A chunk belongs to the caller again once `write` has returned or settled. */
export interface ContentReader {
  /** A promise holds the walk back. */
  write(chunk: Uint8Array): void | Promise<void>;
  end(): void;
  /** Who has it is shown the whole body in one piece instead: it says so only of files that may be held in memory. */
  readonly whole?: (bytes: Uint8Array) => void | Promise<void>;
}
