import stringWidth from 'string-width';

/** What a column lets happen to it on a narrow terminal. */
export interface FittingColumn {
  readonly title: string;
  /** It may be cut to this many cells; without it, never. */
  readonly shrinkTo?: number;
  /** It may be left out, the column with the lowest number first; without it, never. */
  readonly leaves?: number;
}

/** Widths of the columns that are shown, by index; what is not in it is left out. */
export type FittedWidths = ReadonlyMap<number, number>;

const GAP = 2;
/** Below this nothing can be recognised any more: the line runs over instead. */
const LEAST = 8;

/**
 * Fits columns of these natural widths into `width` cells: they shrink as far as each allows, then leave one by one, and
 * what has to stay shrinks further at last.
 */
export function fitColumns(
  columns: readonly FittingColumn[],
  natural: readonly number[],
  width: number | undefined,
): FittedWidths {
  let shown = columns.map((_, i) => i);
  for (;;) {
    const widths = shrink(columns, natural, shown, width, (column) => column.shrinkTo);
    const next = width !== undefined && total(widths) > width ? firstToLeave(columns, shown) : undefined;
    if (next !== undefined) shown = shown.filter((i) => i !== next);
    else if (width === undefined || total(widths) <= width) return widths;
    else {
      return shrink(columns, natural, shown, width, ({ shrinkTo }) =>
        shrinkTo === undefined ? undefined : Math.min(shrinkTo, LEAST),
      );
    }
  }
}

/** Takes from the widest column that may shrink, until the line fits or nothing may shrink. */
function shrink(
  columns: readonly FittingColumn[],
  natural: readonly number[],
  shown: readonly number[],
  width: number | undefined,
  least: (column: FittingColumn) => number | undefined,
): FittedWidths {
  const widths = new Map(shown.map((i) => [i, natural[i] ?? 0]));
  while (width !== undefined && total(widths) > width) {
    let widest: number | undefined;
    for (const [i, cells] of widths) {
      const column = columns[i];
      const floor = column && least(column);
      const mayShrink = floor !== undefined && cells > Math.max(floor, stringWidth(column?.title ?? ''));
      if (mayShrink && (widest === undefined || cells > (widths.get(widest) ?? 0))) widest = i;
    }
    if (widest === undefined) break;
    widths.set(widest, (widths.get(widest) ?? 0) - 1);
  }
  return widths;
}

function firstToLeave(columns: readonly FittingColumn[], shown: readonly number[]): number | undefined {
  const order = (i: number) => columns[i]?.leaves ?? Number.POSITIVE_INFINITY;
  const [first] = [...shown].sort((a, b) => order(a) - order(b));
  return first !== undefined && columns[first]?.leaves !== undefined ? first : undefined;
}

function total(widths: FittedWidths): number {
  let cells = GAP * Math.max(0, widths.size - 1);
  for (const width of widths.values()) cells += width;
  return cells;
}
