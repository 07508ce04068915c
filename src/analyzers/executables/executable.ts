/** What analyzers need of a program or library, whatever its format; all bounds are checked, views share the file's memory. */
export interface Executable {
  readonly sections: readonly ExecutablePart[];
  /** What is loaded into memory. */
  readonly segments: readonly (ExecutablePart & { readonly writable: boolean })[];
}

export interface ExecutablePart {
  /** '' for a segment, or where the names are missing. */
  readonly name: string;
  /** Where it lies in the memory of the running program. */
  readonly address: bigint;
  readonly bytes: Buffer;
}

/** A program has some forty parts; a table that overlaps itself must not cost more. */
export const MAX_PARTS = 4_096;
