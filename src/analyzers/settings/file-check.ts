import type { FileStat } from '../../layers/layer-entry.ts';
import type { Severity } from '../../model/severity.ts';
import type { Check } from './check.ts';

export interface InspectedEntry extends FileStat {
  readonly type: 'file' | 'directory';
}

/** What is wrong with a file. */
export interface Flaw {
  /** After the title of the check; the same words for the same thing, because files are counted by them. */
  readonly detail: string;
  readonly severity?: Severity;
}

export interface TextFlaw extends Flaw {
  /** Counted from 1. */
  readonly line?: number;
  /** The line, without a hash of a password. */
  readonly shown: string;
}

/** A check of the files of a layer. It has one of `inspect` and `analyze`. */
export interface FileCheck extends Check {
  /** More files than this in one layer are summed up in one row. 100 when absent. */
  readonly maxRows?: number;
  /** By path, mode and owner alone, for every file and folder of every layer: cheap, and without garbage for an ordinary one. */
  inspect?(entry: InspectedEntry): Flaw | undefined;
  /** Whose text `analyze` sees. A path that ends in a slash means the files of that folder. */
  readonly paths?: readonly string[];
  analyze?(text: string, path: string): readonly TextFlaw[];
}
