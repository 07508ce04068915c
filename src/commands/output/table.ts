import stringWidth from 'string-width';
import { printable } from '../../reports/printable.ts';
import { type FittingColumn, fitColumns } from './fit-columns.ts';
import type { Colors } from './terminal.ts';
import { wrap } from './wrap.ts';

export { printable };

/** One column of a list. */
export interface Column<Row> extends FittingColumn {
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** Colours the finished cell; must not change its width. */
  readonly paint?: (cell: string, row: Row, colors: Colors) => string;
  /** Which end is kept when it is cut. */
  readonly keep?: 'start' | 'end';
  /** Only in `-o wide`. */
  readonly wide?: boolean;
}

const GAP = '  ';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Aligned columns without borders, fitted into `width` cells where it is given; what had to be left out is named below.
 * Ends with a newline.
 */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, colors }: { readonly width: number | undefined; readonly colors: Colors },
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const natural = columns.map((column) => stringWidth(column.title));
  for (const row of cells)
    for (const [i, text] of row.entries()) natural[i] = Math.max(natural[i] ?? 0, stringWidth(text));
  const widths = fitColumns(columns, natural, width);

  const shown = [...widths.keys()];
  const last = shown.at(-1);
  const fitted = (text: string, i: number) => {
    const cell = cut(text, widths.get(i) ?? 0, columns[i]?.keep);
    // Nothing follows the last column; paint would hide trailing blanks from trimEnd.
    return i === last && columns[i]?.align === undefined ? cell : pad(cell, widths.get(i) ?? 0, columns[i]?.align);
  };
  const line = (texts: readonly string[], paint: (cell: string, i: number) => string) =>
    shown
      .map((i) => paint(fitted(texts[i] ?? '', i), i))
      .join(GAP)
      .trimEnd();
  const header = line(
    columns.map((column) => column.title),
    (cell) => colors.dim(cell),
  );
  const body = rows.map((row, r) => line(cells[r] ?? [], (cell, i) => columns[i]?.paint?.(cell, row, colors) ?? cell));
  const left = columns.filter((_, i) => !widths.has(i)).map((column) => column.title);
  const note = left.length > 0 ? [colors.dim(wrap(`(no room for ${left.join(', ')})`, width ?? 0, ' '))] : [];
  return `${[header, ...body, ...note].join('\n')}\n`;
}

/** Shortens to at most `width` cells, with an ellipsis where something was left out. */
function cut(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (stringWidth(text) <= width) return text;
  const parts = [...graphemes.segment(text)].map((part) => part.segment);
  if (keep === 'end') parts.reverse();
  let used = 1; // the ellipsis
  const kept: string[] = [];
  for (const part of parts) {
    used += stringWidth(part);
    if (used > width) break;
    kept.push(part);
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}

function pad(text: string, width: number, align?: 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
