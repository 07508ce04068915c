import { Option } from 'commander';
import { csvLine } from '../../reports/csv-line.ts';
import { type Column, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export const listFormats = ['table', 'wide', 'json', 'ndjson', 'csv', 'name'] as const;
export type ListFormat = (typeof listFormats)[number];

/** The `-o` option with these formats; the first is the default. */
export function outputOption(formats: readonly string[] = listFormats): Option {
  return new Option('-o, --output <format>', 'how to print the result').choices(formats).default(formats[0]);
}

/** A list in every format it can be printed in. */
export interface PrintableList<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Columns of `-o csv` where programs want other texts than people; all columns when absent. */
  readonly csvColumns?: readonly Column<Row>[];
  /** One word that other commands take: `-o name`. */
  readonly name: (row: Row) => string;
  /** What `-o json` and `-o ndjson` print. */
  readonly json: (row: Row) => unknown;
  /** Says, on stderr, why there is nothing and what to do next; '' where something else says it. */
  readonly empty: string;
}

export function printList<Row>(terminal: Terminal, format: ListFormat, list: PrintableList<Row>): void {
  const text = renderList(terminal, format, list);
  if (text !== undefined) terminal.out(text);
  else if (list.empty !== '') terminal.note(`${list.empty}\n`);
}

function renderList<Row>(terminal: Terminal, format: ListFormat, list: PrintableList<Row>): string | undefined {
  const { rows, columns } = list;
  if (format === 'json') return `${JSON.stringify(rows.map(list.json), null, 2)}\n`;
  if (format === 'ndjson') return rows.map((row) => `${JSON.stringify(list.json(row))}\n`).join('');
  if (format === 'csv') return renderCsv(list.csvColumns ?? columns, rows);
  if (rows.length === 0) return undefined;
  if (format === 'name') return rows.map((row) => `${list.name(row)}\n`).join('');
  const shown = columns.filter((column) => format === 'wide' || !column.wide);
  return renderTable(shown, rows, { width: format === 'wide' ? undefined : terminal.width, colors: terminal.colors });
}

/** RFC 4180, with every column. */
function renderCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.text(row))),
  ];
  return lines.map(csvLine).join('');
}
