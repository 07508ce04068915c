/** A value of a row; undefined is an empty cell, which says: not known, or nothing there. */
export type Cell = string | number | boolean | undefined;
export type Row = readonly Cell[];

/** A file format: one file in `formats/`. */
export interface ExportFormat {
  /** As users name it, and the ending of its files. */
  readonly name: string;
  /** For the reference. */
  readonly description: string;
  readonly contentType: string;
  /** Rows that it can hold besides the header; absent = any number. */
  readonly mostRows?: number;
  /**
   * The bytes of a file, in pieces of any size, in memory that does not grow with the rows. A failure of `pages` ends
   * it with the same failure. Whoever stops reading early ends it, and `pages` with it.
   */
  write(header: readonly string[], pages: AsyncIterable<readonly Row[]>): AsyncIterable<Uint8Array>;
}
