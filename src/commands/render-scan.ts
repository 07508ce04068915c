import { fixWords } from '../reports/fix-words.ts';
import { countedLines, type ReportLine, suppressedLines } from '../reports/report-lines.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { knowsExploited } from './describe-snapshot.ts';
import { type Column, renderTable } from './output/table.ts';
import type { Terminal } from './output/terminal.ts';
import { renderFindings } from './render-findings.ts';
import { renderHeading } from './render-heading.ts';
import { type VulnerabilityLine, vulnerabilityColumns } from './vulnerability-columns.ts';

export interface RenderScanOptions {
  /** Every column and every package, however wide. */
  readonly wide: boolean;
  readonly showSuppressed: boolean;
  readonly now: Date;
}

interface SuppressedLine extends VulnerabilityLine {
  readonly why: string;
}

const suppressedColumns: readonly Column<SuppressedLine>[] = [
  ...vulnerabilityColumns.filter(({ title }) => ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'INSTALLED'].includes(title)),
  { title: 'LEFT OUT BY', text: (line) => line.why, shrinkTo: 24 },
  ...vulnerabilityColumns.filter(({ title }) => title === 'PATH'),
];

/** A report for people: what was looked at, then what is wrong with it, worst first. */
export function renderScan(
  report: ScanReport,
  terminal: Pick<Terminal, 'width' | 'colors'>,
  options: RenderScanOptions,
): string {
  const width = options.wide ? undefined : terminal.width;
  const table = <Line>(columns: readonly Column<Line>[], lines: readonly Line[]) => {
    const shown = columns.filter((column) => options.wide || !column.wide);
    return lines.length > 0 ? renderTable(shown, lines, { width, colors: terminal.colors }) : '';
  };
  const lines = options.wide ? countedLines(report).map(toLine) : together(countedLines(report));
  const found = table(
    vulnerabilityColumns,
    report.snapshot && knowsExploited(report.snapshot) ? lines : lines.map(unlisted),
  );
  const leftOut = options.showSuppressed ? table(suppressedColumns, suppressedLines(report).map(toSuppressedLine)) : '';
  const others = renderFindings(report, terminal, options);
  return [renderHeading(report, terminal, options), found, leftOut, ...others].filter((part) => part !== '').join('\n');
}

/** Packages of one source share their advisories: those of the same version and fix are one line. */
function together(lines: readonly ReportLine[]): readonly VulnerabilityLine[] {
  const groups = Map.groupBy(lines, ({ vulnerability, affected: { package: pkg, fixedVersion, status } }) =>
    JSON.stringify([vulnerability.id, pkg.ecosystem, pkg.source?.name ?? pkg.name, pkg.version, fixedVersion, status]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...toLine(first), more: others.length }] : [],
  );
}

function toLine({ vulnerability, affected: { package: pkg, fixedVersion, status } }: ReportLine): VulnerabilityLine {
  return {
    id: vulnerability.id,
    severity: vulnerability.severity,
    packageName: pkg.name,
    installed: pkg.version,
    fixed: fixedVersion ?? '',
    ...(status && status !== 'fixed' ? { fixWords: fixWords[status] } : {}),
    score: vulnerability.cvss ? String(vulnerability.cvss.score) : '',
    exploited: vulnerability.exploited,
    ...(vulnerability.epss ? { epss: vulnerability.epss.probability } : {}),
    title: vulnerability.title,
    path: pkg.path,
  };
}

const unlisted = ({ exploited: _, ...line }: VulnerabilityLine): VulnerabilityLine => line;

function toSuppressedLine(line: ReportLine): SuppressedLine {
  const { reason, detail } = line.suppressed ?? { reason: 'ignored', detail: '' };
  return { ...toLine(line), why: detail === '' ? reason : `${reason}: ${detail}` };
}
