/** Sees the body of one file as it passes. A chunk belongs to the caller again once `write` has returned or settled. */
export interface ContentReader {
  /** A promise holds the walk back. */
  write(chunk: Uint8Array): void | Promise<void>;
  end(): void;
}
