import type { Colors } from './terminal.ts';

/** Counts by severity; undefined is unknown. */
export interface SeverityCounts {
  readonly critical: number | undefined;
  readonly high: number | undefined;
  readonly medium: number | undefined;
  readonly low: number | undefined;
}

const CELL_DIGITS = 3;
const COUNT = /\d+\+?[CHML]/g;
const BLANKS = / +/g;
const ZERO = /^0\+?[CHML]$/;

/**
 * `  2C   5H   0M   1L`: worst first, number and letter, so that it reads without colour. `-` when any of the
 * counts is unknown, a trailing `+` when they are only a lower bound.
 */
export function severityCell(counts: SeverityCounts, atLeast: boolean): string {
  const { critical, high, medium, low } = counts;
  if (critical === undefined || high === undefined || medium === undefined || low === undefined) return '-';
  const more = atLeast ? '+' : '';
  const width = CELL_DIGITS + more.length;
  return [`${critical}${more}C`, `${high}${more}H`, `${medium}${more}M`, `${low}${more}L`]
    .map((text) => text.padStart(width + 1))
    .join(' ');
}

/** The same outside a table: `2C 5H 0M 1L`. */
export function severityLine(counts: SeverityCounts, atLeast: boolean): string {
  return severityCell(counts, atLeast).trim().replace(BLANKS, ' ');
}

/** Colours what is above zero; zeros step back. */
export function paintSeverityCell(cell: string, colors: Colors): string {
  return cell.replace(COUNT, (count) => {
    if (ZERO.test(count)) return colors.dim(count);
    if (count.endsWith('C')) return colors.bold(colors.red(count));
    if (count.endsWith('H')) return colors.red(count);
    return count.endsWith('M') ? colors.yellow(count) : colors.cyan(count);
  });
}
