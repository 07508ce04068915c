import type { FileStat } from '../layers/layer-entry.ts';
import type { Finding } from '../model/layer-report.ts';

/** A file that an analyzer asked for, whole and in memory (at most its `maxBytes`); its bytes are gone after `analyze`. */
export interface AnalyzerFile extends FileStat {
  readonly bytes: Uint8Array;
  /** UTF-8, invalid sequences replaced. */
  text(): string;
  /** How deep archives in archives are to be read, the file itself being one. */
  readonly maxNesting: number;
}

/** Finds one kind of thing in files. Pure: no I/O, no state between files. */
export interface Analyzer {
  readonly name: string;
  /** Part of the layer report's key: bump it when the output changes. */
  readonly version: number;
  /** Larger files become a problem (`limit-exceeded`), never a silent skip. */
  readonly maxBytes: number;
  /** Called for every file of every layer: path tests only, so that squash can see what is overwritten. */
  wants(path: string): boolean;
  /**
   * For files that no name tells, such as programs: whether the first bytes (at most 512) can be the beginning of one.
   * The others are not read; neither they nor links at wanted paths are problems. Absent: every wanted path is read.
   */
  magic?(head: Uint8Array): boolean;
  /**
   * Bytes, as latin1, of which every file that has something to tell holds some: one that is too large for memory and holds
   * none is no problem.
   */
  readonly marks?: readonly string[];
  /**
   * Of files that only together say something, such as a database and its log: the path of the main one, itself too. They
   * are kept until the layer ends. Then `analyze` sees the main one and, as `others`, those that belong to it; where the
   * layer has no main one, it sees each of them alone. Absent, or undefined: a file is shown by itself, and at once.
   */
  readWith?(path: string): string | undefined;
  /** Returns what it found and calls `problem` for what it could not read; throwing marks the whole file unread. */
  analyze(file: AnalyzerFile, problem: (message: string) => void, others?: readonly AnalyzerFile[]): readonly Finding[];
}
