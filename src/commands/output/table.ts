import stringWidth from 'string-width';
import type { Colors } from './terminal.ts';

/** One column of a list. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** Colours the finished cell; must not change its width. */
  readonly paint?: (cell: string, row: Row, colors: Colors) => string;
  /** On a narrow terminal the column may be cut to this many cells; without it, never. */
  readonly shrinkTo?: number;
  /** Which end is kept when it is cut. */
  readonly keep?: 'start' | 'end';
  /** Only in `-o wide`. */
  readonly wide?: boolean;
}

const GAP = '  ';
// Names, titles and versions come from images and registries: none of them may move the cursor or reorder text.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Aligned columns without borders, cut to `width` cells where it is given. Ends with a newline. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, colors }: { readonly width: number | undefined; readonly colors: Colors },
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const natural = columns.map((column) => stringWidth(column.title));
  for (const row of cells)
    for (const [i, text] of row.entries()) natural[i] = Math.max(natural[i] ?? 0, stringWidth(text));
  const widths = shrinkToFit(columns, natural, width);

  const last = columns.length - 1;
  const fitted = (text: string, i: number) => {
    const cell = cut(text, widths[i] ?? 0, columns[i]?.keep);
    // Nothing follows the last column; paint would hide trailing blanks from trimEnd.
    return i === last && columns[i]?.align === undefined ? cell : pad(cell, widths[i] ?? 0, columns[i]?.align);
  };
  const line = (texts: readonly string[], paint: (cell: string, i: number) => string) =>
    texts
      .map((text, i) => paint(fitted(text, i), i))
      .join(GAP)
      .trimEnd();
  const header = line(
    columns.map((column) => column.title),
    (cell) => colors.dim(cell),
  );
  const body = rows.map((row, r) => line(cells[r] ?? [], (cell, i) => columns[i]?.paint?.(cell, row, colors) ?? cell));
  return `${[header, ...body].join('\n')}\n`;
}

/** Text that cannot act on the terminal: control and format characters are replaced. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** Takes from the widest column that may shrink, until the line fits or nothing may shrink. */
function shrinkToFit<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width: number | undefined,
): readonly number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, cells) => sum + cells, GAP.length * Math.max(0, widths.length - 1));
  while (width !== undefined && total() > width) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      const mayShrink =
        column.shrinkTo !== undefined && (widths[i] ?? 0) > Math.max(column.shrinkTo, stringWidth(column.title));
      if (mayShrink && (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0))) widest = i;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
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
