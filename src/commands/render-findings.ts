import { isSecret, malwareLines, riskLines } from '../reports/finding-lines.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { type FindingLine, findingColumns, suppressedFindingColumns } from './finding-columns.ts';
import { type Column, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { malwareToLine, riskToLine } from './to-finding-line.ts';

/** On a terminal: what does not fit on a page is read with `-o wide`. */
const MAX_ROWS = 30;

interface FindingOptions {
  /** Every column and every row. */
  readonly wide: boolean;
  readonly showSuppressed: boolean;
}

/** Tables of malware, secrets and risky settings, worst first; '' where there is none of a kind. */
export function renderFindings(
  report: ScanReport,
  terminal: Pick<Terminal, 'width' | 'colors'>,
  options: FindingOptions,
): readonly string[] {
  const malware = malwareLines(report, options.showSuppressed).map(malwareToLine);
  const risks = riskLines(report, options.showSuppressed);
  const secrets = risks.filter(({ risk }) => isSecret(risk)).map(riskToLine);
  const settings = risks.filter(({ risk }) => !isSecret(risk)).map(riskToLine);
  return [
    ...findingTables('malware', malware, terminal, options),
    ...findingTables('secret', secrets, terminal, options),
    ...findingTables('setting', settings, terminal, options),
  ];
}

/** What counts, then what is left out; '' where there is nothing. */
export function findingTables(
  type: keyof typeof findingColumns,
  lines: readonly FindingLine[],
  terminal: Pick<Terminal, 'width' | 'colors'>,
  { wide }: Pick<FindingOptions, 'wide'>,
): readonly string[] {
  const columns = findingColumns[type];
  const isLeftOut = ({ suppressedBy }: FindingLine) => suppressedBy !== undefined;
  const counted = lines.filter((line) => !isLeftOut(line));
  return [
    table(columns, counted, terminal, wide),
    table(suppressedFindingColumns(columns), lines.filter(isLeftOut), terminal, wide),
  ];
}

function table(
  columns: readonly Column<FindingLine>[],
  lines: readonly FindingLine[],
  { width, colors }: Pick<Terminal, 'width' | 'colors'>,
  wide: boolean,
): string {
  if (lines.length === 0) return '';
  const shown = wide || width === undefined ? lines : lines.slice(0, MAX_ROWS);
  // A column in which nothing stands says nothing.
  const filled = columns.filter((column) => (wide || !column.wide) && shown.some((line) => column.text(line) !== ''));
  const text = renderTable(filled, shown, { width: wide ? undefined : width, colors });
  const more = lines.length - shown.length;
  return more > 0 ? `${text}${colors.dim(`… and ${more} more; -o wide shows all`)}\n` : text;
}
