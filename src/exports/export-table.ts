import type { ExportKind } from '../model/export.ts';
import type { Language } from '../model/language.ts';
import type { ExportSelection, SelectionOf } from '../store/export-query.ts';
import type { Store } from '../store/store.ts';
import type { Row } from './export-format.ts';

/** Rows of an export, in pages. */
export interface ExportRows {
  /** How many there are at most: rows that go away while they are read are left out. */
  readonly total: number;
  readonly pages: AsyncIterable<readonly Row[]>;
}

/** A column that an export of a kind can have. */
export interface ExportColumnDescription {
  readonly name: string;
  /** Other spellings; neither they nor the name care for case. */
  readonly aliases: readonly string[];
  readonly description: string;
}

export interface ExportSource {
  readonly store: Store;
  /** Of the texts in the rows. */
  readonly language: Language;
}

/** What exports of one kind hold: their columns, and how their rows are read from the store. */
export interface ExportTable {
  readonly kind: ExportKind;
  /** In the order they are written when nobody chooses. */
  readonly columns: readonly ExportColumnDescription[];
  /**
   * `columns`: names to be read, in order. Which rows there are is settled when it opens, so that none is doubled or lost
   * while they are read in pages. Throws ExportError when nobody can know them.
   */
  open(selection: ExportSelection, columns: readonly string[], source: ExportSource): Promise<ExportRows>;
}

/** Ties a table to the selections of its kind: it is opened with no others. */
export function defineExportTable<K extends ExportKind>(table: {
  readonly kind: K;
  readonly columns: readonly ExportColumnDescription[];
  open(selection: SelectionOf<K>, columns: readonly string[], source: ExportSource): Promise<ExportRows>;
}): ExportTable {
  return table;
}
