import type { Cell, Row } from '../exports/export-format.ts';
import type { ExportColumnDescription } from '../exports/export-table.ts';
import type { ExportColumn } from '../store/export-store.ts';
import { errors } from './protocol/errors.ts';

/** What one column of an export holds: a row of that export's table. */
export interface ColumnRule<Item> {
  /** For the reference. */
  readonly description: string;
  /** Other spellings that the documentation's examples use. */
  readonly aliases?: readonly string[];
  /** undefined where nobody knows: an empty cell, never a zero. */
  cell(item: Item): Cell;
}

/** Columns by name, in the order they are written when nobody chooses. */
export type ColumnTable<Item> = Readonly<Record<string, ColumnRule<Item>>>;

export const describeColumns = <Item>(table: ColumnTable<Item>): readonly ExportColumnDescription[] =>
  Object.entries(table).map(([name, { aliases = [], description }]) => ({ name, aliases, description }));

/** Turns an item into the cells of the named columns. */
export function cellsOf<Item>(table: ColumnTable<Item>, names: readonly string[]): (item: Item) => Row {
  const rules = names.map((name) => (Object.hasOwn(table, name) ? table[name] : undefined));
  return (item) => rules.map((rule) => rule?.cell(item));
}

/**
 * ExportField through a table: names and aliases in any case, each headed as the client spelt it. None means all; one that
 * comes twice is written once, where it came first; an unknown one is an error, so that a typo is never a lost column.
 */
export function toExportColumns(
  fields: readonly string[] | undefined,
  columns: readonly ExportColumnDescription[],
): readonly ExportColumn[] {
  if (!fields?.length) return columns.map(({ name }) => ({ name, header: name }));
  const chosen = new Map<string, ExportColumn>();
  for (const field of fields) {
    const spelled = field.trim().toLowerCase();
    const column = columns.find(({ name, aliases }) =>
      [name, ...aliases].some((each) => each.toLowerCase() === spelled),
    );
    if (!column)
      throw errors.unknownColumn(
        field,
        columns.map(({ name }) => name),
      );
    if (!chosen.has(column.name)) chosen.set(column.name, { name: column.name, header: field.trim() });
  }
  return [...chosen.values()];
}
