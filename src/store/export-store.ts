import type { ExportFailure, ExportStatus } from '../model/export.ts';
import type { Language } from '../model/language.ts';
import type { ExportSelection } from './export-query.ts';
import type { Listed, Page } from './store.ts';

/** A column of an export: its name in the table of its kind, and how the file heads it. */
export interface ExportColumn {
  readonly name: string;
  readonly header: string;
}

export interface NewExport {
  readonly selection: ExportSelection;
  readonly columns: readonly ExportColumn[];
  /** Name of the format, such as `csv`. */
  readonly format: string;
  /** Of the texts in the file. */
  readonly language: Language;
  /** SecretId of whoever asked. */
  readonly createdBy: string;
}

/** A file of rows that was asked for, and how far it is. */
export interface Export extends NewExport {
  readonly id: number;
  readonly status: ExportStatus;
  /** Whole percent. */
  readonly progress: number;
  /** Set when it failed; the detail is for people, '' when there is none. */
  readonly failure?: { readonly cause: ExportFailure; readonly detail: string };
  readonly createdAt: Date;
  readonly finishedAt?: Date;
  /** Until then the file can be fetched; an hour after `createdAt`. */
  readonly expiresAt: Date;
  /** Rows written, the header not counted; absent before it is done. */
  readonly rows?: number;
  /** Written so far. */
  readonly bytes: number;
}

export interface ExportQuery extends Page {
  readonly statuses?: readonly ExportStatus[];
  /** By time of creation. */
  readonly direction: 'asc' | 'desc';
}

export type ExportOutcome =
  | { readonly status: 'succeeded'; readonly rows: number }
  | { readonly status: 'failed'; readonly cause: ExportFailure; readonly detail: string };

/** Files of rows, written by a worker and kept in pieces until they expire, so that any server can hand them out. */
export interface ExportStore {
  /** The export and its job, in one transaction; undefined while too much is kept or under way already. */
  create(wanted: NewExport): Promise<Export | undefined>;
  get(id: number): Promise<Export | undefined>;
  list(query: ExportQuery): Promise<Listed<Export>>;
  /** A piece of a finished file, counted from 0; undefined after the last, and once the file is gone. */
  chunk(id: number, sequence: number): Promise<Uint8Array | undefined>;
  /** Ends what has not finished and drops its job, so that its worker stops; false when it has ended or there is none. */
  end(id: number, failure: NonNullable<Export['failure']>): Promise<boolean>;

  // for the worker
  /** Starts from the beginning: pieces of earlier attempts no longer count. undefined when there is nothing to do. */
  begin(id: number): Promise<{ readonly entry: Export; readonly attempt: number } | undefined>;
  /** false when the export has ended or a later attempt has begun: stop writing. `progress` in whole percent. */
  addChunk(id: number, attempt: number, sequence: number, bytes: Uint8Array, progress: number): Promise<boolean>;
  /** Does nothing when the export has ended or a later attempt has begun. */
  finish(id: number, attempt: number, outcome: ExportOutcome): Promise<void>;

  // for housekeeping
  /** Ends exports whose time is over, deletes the pieces nobody can fetch any more, and forgets exports after a week. */
  expire(): Promise<void>;
}
